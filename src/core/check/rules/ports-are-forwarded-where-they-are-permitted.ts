import type { Rule } from './rule.ts'

/** permitOpen of a key narrows what sshd forwards; where it forwards nothing it is likely a mistake. */
export const portsAreForwardedWhereTheyArePermitted: Rule = {
  reads: ['users', 'ssh', 'profile'],
  check({ spec: { users, ssh, profile } }, report) {
    const set = Object.entries(ssh.settings).find(([keyword]) => /^allowtcpforwarding$/i.test(keyword))?.[1]
    if (!/^(no|remote)$/i.test(set ?? (profile === 'standard' ? 'local' : 'no'))) return
    for (const [i, { authorizedKeys }] of users.entries()) {
      if (authorizedKeys.every(({ permitOpen }) => permitOpen === undefined)) continue
      const message = 'permitOpen has no effect: sshd forwards no ports'
      const hint = 'ssh.settings: { AllowTcpForwarding: local } switches it on, for everybody'
      report.warning('SPC012', ['users', i, 'authorizedKeys'], message, hint)
    }
  },
}
