import { configLines, filesLike, flagIn, lastNamed, listOf } from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, tcp, udp } from './daemon-listener.ts'
import { addressesOf, portOf } from './endpoint.ts'

const SAFE = { tls: true, authentication: true } as const

/** wg(8): without `ListenPort` the kernel takes any. */
const wireguard: DaemonReader = ({ root, instance }) => {
  const file = `/etc/wireguard/${instance}.conf`
  const port = lastNamed(configLines(root, file, { between: '=' }), 'listenport', 'interface')
  if (port === undefined)
    return [{ untold: 'there is no ListenPort: the kernel takes any', at: { file, line: undefined } }]
  return udp(port.at, portOf(port.value), 'all', SAFE)
}

/** openvpn(8): a server has `server`, `mode server` or `tls-server`; without `nobind` a client listens as well. */
const openvpn =
  (folder: string): DaemonReader =>
  ({ root, instance }) => {
    const file = `${folder}/${instance}.conf`
    const lines = configLines(root, file, { between: ' ', comments: '#;' })
    const has = (key: string) => lines.some((line) => line.key === key)
    if (has('nobind') || (has('client') && !has('lport')) || lines.length === 0) return []
    const port = lastNamed(lines, 'lport') ?? lastNamed(lines, 'port')
    const protocol = lastNamed(lines, 'proto')?.value ?? 'udp'
    const local = lastNamed(lines, 'local')?.value ?? ''
    const make = protocol.startsWith('tcp') ? tcp : udp
    return make(port?.at ?? { file, line: undefined }, portOf(port?.value) ?? 1194, addressesOf([local]), SAFE)
  }

/** openvpn.service starts one for each file that AUTOSTART names; all of them unless it says otherwise. */
const openvpnAll: DaemonReader = (daemon) => {
  const autostart = lastNamed(configLines(daemon.root, '/etc/default/openvpn', { between: '=' }), 'autostart')?.value
  const files = filesLike(daemon.root, '/etc/openvpn/*.conf').map((path) => path.replace(/^.*\/|\.conf$/g, ''))
  const named = autostart === undefined || autostart === 'all' ? files : listOf(autostart)
  return named
    .filter((name) => files.includes(name))
    .flatMap((instance) => openvpn('/etc/openvpn')({ ...daemon, instance }))
}

/** tailscaled's `--port`; 0 is any. */
const tailscaled: DaemonReader = ({ words, file }) =>
  udp({ file, line: undefined }, portOf(flagIn(words, '--port', '-port') ?? '41641'), 'all', SAFE)

/** isc-dhcp-server answers on 67; without an interface it does not start. */
const dhcpd: DaemonReader = ({ root }) => {
  const file = '/etc/default/isc-dhcp-server'
  const four = lastNamed(configLines(root, file, { between: '=' }), 'interfacesv4')
  return four === undefined || four.value === '' ? [] : udp(four.at, 67, 'all')
}

/** Ways into a private network, and what gives addresses there. */
export const privateNetworks: DaemonReaders = {
  'wg-quick@': wireguard,
  openvpn: openvpnAll,
  'openvpn@': openvpn('/etc/openvpn'),
  'openvpn-server@': openvpn('/etc/openvpn/server'),
  'openvpn-client@': openvpn('/etc/openvpn/client'),
  tailscaled,
  'isc-dhcp-server': dhcpd,
}
