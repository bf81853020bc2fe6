import { suggest } from '../../../base/report/suggest.ts'
import { matchPattern } from '../../../device/sshd/patterns.ts'
import type { Rule } from './rule.ts'

/** ssh.allowUsers names owners; the stock account may stand there only when it is kept. */
export const allowedUsersExist: Rule = {
  reads: ['users', 'ssh', 'defaultUser'],
  check({ spec, written }, report) {
    const names = spec.users.map(({ name }) => name)
    for (const [i, pattern] of (written.ssh?.allowUsers ?? []).entries()) {
      const name = pattern.replace(/@.*/, '')
      if (names.some((user) => matchPattern(user, name))) continue
      // What the stock account is called, only the image knows.
      if (spec.defaultUser === 'keep' && name !== 'root') continue
      const near = suggest(name, names)
      const hint = near === undefined ? 'add the user, or take the name out' : `did you mean ${near}?`
      report.error('SSH004', ['ssh', 'allowUsers', i], `ssh.allowUsers names '${name}', who is not in users`, hint)
    }
  },
}
