import type { Problem } from '../../base/report/report.ts'
import type { Names } from './names.ts'
import { parseRule } from './parse-rule.ts'
import { restated } from './restated.ts'
import { type Command, RuleError } from './rule.ts'

/**
 * Reads rules in ufw's command syntax (ufw(8)), as `firewall.rules` holds them.
 *
 * @returns the rules that could be read, in order, and one problem for each of the others
 */
export function parseRules(rules: readonly string[], names: Names): { commands: Command[]; problems: Problem[] } {
  const commands: Command[] = []
  const problems: Problem[] = []
  rules.forEach((text, index) => {
    try {
      commands.push(parseRule(text, index, names))
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      const write = restated(text, names)
      problems.push(ruleProblem(error, index, write === undefined ? undefined : `write: ${write}`))
    }
  })
  return { commands, problems }
}

/** FWL012 alone is a warning: whether a profile exists depends on the image. */
export function ruleProblem(error: RuleError, index: number, hint = error.hint): Problem {
  return {
    severity: error.code === 'FWL012' ? 'warning' : 'error',
    code: error.code,
    path: ['firewall', 'rules', index],
    message: `column ${error.column} of the rule: ${error.message}`,
    ...(hint === undefined ? {} : { hint }),
  }
}
