import { debianNamesWith } from '../../../device/ufw/names.ts'
import { parseRules } from '../../../device/ufw/parse.ts'
import { profilesBrought } from '../../spec-file/ufw-profiles.ts'
import type { Rule } from './rule.ts'

/** Every firewall rule is one that ufw takes, whatever else is wrong with the spec: all that are not are told at once. */
export const everyFirewallRuleIsRead: Rule = {
  reads: [],
  check({ spec }, report) {
    const { problems } = parseRules(spec.firewall.rules, debianNamesWith(profilesBrought(spec)))
    for (const { severity, code, path, message, hint } of problems) report[severity](code, path, message, hint)
  },
}
