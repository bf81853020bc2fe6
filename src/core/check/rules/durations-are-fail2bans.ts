import type { Rule } from './rule.ts'

const DURATION =
  /^(?:-1|\d+|(?:\d+(?:\.\d+)?\s*(?:y|yea?rs?|mon?|months?|w|weeks?|d|da|days?|h|ho|hours?|m|min|mins|minutes?|s|sec|secs|seconds?)\s*)+)$/i
const WHOLE = /^[1-9]\d{0,8}$/

/** fail2ban/server/utils: a duration that it cannot read keeps it from starting. */
export const durationsAreFail2bans: Rule = {
  reads: ['fail2ban'],
  check({ spec }, report) {
    for (const [jail, settings] of Object.entries({ DEFAULT: spec.fail2ban.defaults, ...spec.fail2ban.jails })) {
      for (const [keyword, value] of Object.entries(settings)) {
        const path = ['fail2ban', 'jails', jail, keyword]
        if (
          ['findtime', 'bantime', 'bantime.maxtime', 'bantime.rndtime'].includes(keyword) &&
          !DURATION.test(String(value))
        ) {
          report.error(
            'F2B003',
            path,
            `${keyword} of the jail '${jail}' is not a duration`,
            'e.g. 10m, 1h, 1d, 1w, seconds, or -1 for ever',
          )
        }
        if (keyword === 'findtime' && String(value) === '-1') {
          report.error('F2B003', path, `findtime of the jail '${jail}' cannot be for ever`, 'e.g. 10m')
        }
        if (['maxretry', 'maxmatches'].includes(keyword) && !WHOLE.test(String(value))) {
          report.error('F2B003', path, `${keyword} of the jail '${jail}' is not a whole number above 0`)
        }
      }
    }
  },
}
