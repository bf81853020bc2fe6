import type { Rule } from './rule.ts'

/** Units without which nobody reaches the device, and the key that switches off on purpose what they do. */
const carriers: Readonly<Record<string, string>> = {
  ssh: 'ssh.enabled: false switches the SSH server off',
  sshd: 'ssh.enabled: false switches the SSH server off',
  NetworkManager: 'without it the device joins no network',
  'systemd-networkd': 'without it the device may join no network',
  dbus: 'without it nearly nothing starts',
  'systemd-logind': 'without it logins are slow or fail',
  'pibake-firstboot': 'without it the device is never finished',
}

/** What nobody misses where no network is wanted. */
const NETWORKS = /^(NetworkManager|systemd-networkd)(\.|$)/

/** No service on which access hangs is switched off by the way. */
export const servicesThatCarryAccessStay: Rule = {
  reads: ['services', 'ssh', 'network'],
  check({ spec }, report) {
    for (const list of ['disable', 'mask'] as const) {
      for (const [i, unit] of spec.services[list].entries()) {
        const hint = carriers[unit.replace(/\.(service|socket)$/, '')]
        // Debian's sshd runs without its socket.
        if (hint === undefined || unit === 'ssh.socket' || (/^sshd?(\.|$)/.test(unit) && !spec.ssh.enabled)) continue
        if (spec.network.none && NETWORKS.test(unit)) continue
        report.lockout('SVC014', ['services', list, i], `services.${list} stops ${unit}, on which access hangs`, hint)
      }
    }
  },
}
