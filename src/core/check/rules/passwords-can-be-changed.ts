import type { Rule } from './rule.ts'

/** With UsePAM, a password that must be changed stops every login until it is, those by key as well (pam_unix). */
export const passwordsCanBeChanged: Rule = {
  reads: ['users', 'ssh'],
  check({ spec }, report) {
    for (const [i, user] of spec.users.entries()) {
      if (!user.mustChangePassword || user.passwordHash === undefined || spec.ssh.passwordAuthentication) continue
      report.warning(
        'USR010',
        ['users', i, 'mustChangePassword'],
        `until ${user.name} has changed the password in a terminal, logins by key that run a command (scp, ansible) are refused`,
        'give the user a password of its own: pibake hash-password',
      )
    }
  },
}
