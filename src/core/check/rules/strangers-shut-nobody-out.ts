import type { Rule } from './rule.ts'

/** pam_faillock counts what is tried over SSH too: who guesses at an owner's password has the right one refused, sudo's as well. */
export const strangersShutNobodyOut: Rule = {
  reads: ['ssh', 'hardening'],
  check({ spec: { ssh, hardening } }, report) {
    if (!ssh.enabled || !ssh.passwordAuthentication || hardening.lockout.tries === 0) return
    const message = 'whoever tries passwords over SSH shuts the owner out: the right one is refused too'
    const hint = 'leave it out beside ssh.passwordAuthentication; fail2ban bans who tries'
    report.error('SVC026', ['hardening', 'lockout', 'tries'], message, hint)
  },
}
