import { matchPattern } from '../../../device/sshd/patterns.ts'
import type { Rule } from './rule.ts'

/** sshd looks at DenyUsers first, so that who is named in both lists stays outside. */
export const nobodyIsAllowedAndDenied: Rule = {
  reads: ['users', 'ssh'],
  check({ spec }, report) {
    const { allowUsers, denyUsers } = spec.ssh
    for (const [i, denied] of denyUsers.entries()) {
      // A denied `name@host` shuts one host only.
      if (denied.includes('@')) continue
      const both = allowUsers.find((allowed) => matchPattern(allowed.replace(/@.*/, ''), denied))
      if (both === undefined) continue
      report.error(
        'SSH005',
        ['ssh', 'denyUsers', i],
        `ssh.denyUsers shuts out '${both}', whom ssh.allowUsers lets in`,
        'sshd looks at denyUsers first; take the name out of one of them',
      )
    }
  },
}
