import type { Origin } from '../../base/report/origin.ts'
import { isLoopbackOnly } from '../../device/daemons/endpoint.ts'
import { socketListening } from '../../device/daemons/sockets.ts'
import { parseUnit } from '../../device/systemd/settings.ts'
import { admits } from '../../device/ufw/admits.ts'
import { compileRulesFor } from '../../device/ufw/compile.ts'
import type { Policy } from '../../device/ufw/policy.ts'
import type { Note } from '../plan/request.ts'
import { profilesBrought } from '../spec-file/ufw-profiles.ts'
import type { Context } from './control.ts'

/** A port on which others reach a unit. */
export interface Listener {
  readonly unit: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

/**
 * Ports of well-known daemons of Debian and of what people run on a Pi, as their packages set them up. Those that listen
 * for the device itself alone (cups, databases, snmpd) are not among them, nor is mDNS, which ufw lets in by itself.
 */
const KNOWN: Readonly<Record<string, string>> = {
  'apache2.service': '80/tcp',
  'bind9.service': '53/tcp 53/udp',
  'caddy.service': '80/tcp 443/tcp',
  'cockpit.socket': '9090/tcp',
  'dnsmasq.service': '53/tcp 53/udp',
  'grafana-server.service': '3000/tcp',
  'hass.service': '8123/tcp',
  'home-assistant.service': '8123/tcp',
  'influxdb.service': '8086/tcp',
  'isc-dhcp-server.service': '67/udp',
  'jellyfin.service': '8096/tcp',
  'lighttpd.service': '80/tcp',
  'minidlna.service': '8200/tcp',
  'mosquitto.service': '1883/tcp',
  'named.service': '53/tcp 53/udp',
  'nfs-server.service': '2049/tcp',
  'nginx.service': '80/tcp',
  'nodered.service': '1880/tcp',
  'octoprint.service': '5000/tcp',
  'openbsd-inetd.service': '23/tcp',
  'pihole-FTL.service': '53/tcp 53/udp 80/tcp',
  'plexmediaserver.service': '32400/tcp',
  'prometheus-node-exporter.service': '9100/tcp',
  'prometheus.service': '9090/tcp',
  'rpcbind.service': '111/tcp 111/udp',
  'rsync.service': '873/tcp',
  'smbd.service': '445/tcp',
  'squid.service': '3128/tcp',
  'tftpd-hpa.service': '69/udp',
  'transmission-daemon.service': '9091/tcp',
  'vncserver-x11-serviced.service': '5900/tcp',
  'vsftpd.service': '21/tcp',
  'wayvnc.service': '5900/tcp',
  'wg-quick@.service': '51820/udp',
  'xrdp.service': '3389/tcp',
}

/** @param text of the unit's file; undefined: it is not there yet */
export function listenersOf(unit: string, text: string | undefined): readonly Listener[] {
  if (text !== undefined && unit.endsWith('.socket')) {
    const sockets = socketListening(parseUnit(text, unit)).filter((socket) => !isLoopbackOnly(socket))
    return sockets.map(({ protocol, port }) => ({ unit, protocol, port }))
  }
  const known = KNOWN[unit] ?? KNOWN[unit.replace(/@[^.]+\./, '@.')] ?? ''
  return known.split(' ').flatMap((word) => {
    const [port, protocol] = word.split('/')
    return port === '' ? [] : [{ unit, protocol: protocol as Listener['protocol'], port: Number(port) }]
  })
}

/** What the firewall of the spec makes of each: shut without a rule, or open without one. What a rule opens is as wanted. */
export function reachNotes(listeners: readonly Listener[], origin: Origin, { spec, inventory }: Context): Note[] {
  const { enabled, incoming, rules } = spec.firewall
  const { lists } = compileRulesFor(rules, inventory, () => profilesBrought(spec, inventory.root))
  return listeners.flatMap(({ unit, protocol, port }): Note[] => {
    const lets = (policy: Policy) => admits(lists, policy, { direction: 'in', protocol, port }).reach.length > 0
    const place = `${port}/${protocol}`
    const say = (message: string): Note[] => [{ severity: 'warning', message, origin }]
    if (enabled && !lets(incoming)) {
      return say(
        `${unit} listens on ${place}, where the firewall lets nobody in; to open it add to firewall.rules: allow ${place}`,
      )
    }
    if (enabled && lets('deny')) return []
    return say(`${unit} listens on ${place}, open to all that reach the device: no rule of the firewall is about it`)
  })
}
