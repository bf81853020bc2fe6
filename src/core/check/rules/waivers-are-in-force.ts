import { suggest } from '../../../base/report/suggest.ts'
import { isRule, rules } from '../../audit/rules.ts'
import type { Rule } from './rule.ts'

/** A waiver names a rule of the audit, and has not expired. */
export const waiversAreInForce: Rule = {
  reads: ['risk'],
  check({ spec, today }, report) {
    for (const [i, { rule, expires }] of spec.risk.waivers.entries()) {
      const path = ['risk', 'waivers', i]
      if (!isRule(rule)) {
        const near = suggest(rule, Object.keys(rules))
        const hint = near === undefined ? 'docs/audit-rules.md lists them' : `did you mean '${near}'?`
        report.error('AUD001', [...path, 'rule'], `the audit has no rule '${rule}'`, hint)
      }
      if (today !== undefined && expires <= today) {
        report.warning('AUD005', [...path, 'expires'], `the waiver of '${rule}' has expired`, 'look at it again')
      }
    }
  },
}
