import type { Problem } from '../../base/report/report.ts'
import type { Inventory } from '../inspect/inventory.ts'
import { imageNames, type Names } from './names.ts'
import { parseRules, ruleProblem } from './parse.ts'
import type { ProfileFiles } from './profiles.ts'
import { type Command, RuleError } from './rule.ts'
import { EMPTY, enter, type Outcome, type Ruleset } from './ruleset.ts'

export interface CompiledRules {
  readonly lists: Ruleset
  readonly problems: readonly Problem[]
}

/** Of each inventory, the rules that were compiled last. */
const compiled = new WeakMap<Inventory, { readonly rules: readonly string[]; readonly result: CompiledRules }>()

/**
 * {@link compileRules} with the names of an image: once for all who ask for the same rules and inventory.
 *
 * @param brought the files of application profiles that the spec lays onto the image
 */
export function compileRulesFor(
  rules: readonly string[],
  inventory: Inventory,
  brought: () => ProfileFiles,
): CompiledRules {
  const known = compiled.get(inventory)
  if (known?.rules === rules) return known.result
  const result = compileRules(rules, imageNames(inventory, brought()))
  compiled.set(inventory, { rules, result })
  return result
}

/**
 * What ufw's two lists hold after the rules were given to it one by one.
 *
 * @returns the lists, an error for every rule that ufw would refuse, and a warning for every one that does not do what
 *   its place in the list suggests
 */
export function compileRules(rules: readonly string[], names: Names): CompiledRules {
  const { commands, problems } = parseRules(rules, names)
  let lists = EMPTY
  for (const command of commands) {
    try {
      const entered = enter(lists, command, names)
      lists = entered.lists
      const warning = warn(command, entered.outcome)
      if (warning !== undefined) problems.push(warning)
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      problems.push(ruleProblem(error, command.index))
    }
  }
  return { lists, problems: problems.sort((a, b) => Number(a.path[2]) - Number(b.path[2])) }
}

function warn(command: Command, outcome: Outcome): Problem | undefined {
  const at = { severity: 'warning', path: ['firewall', 'rules', command.index] } as const
  if (outcome === 'skipped') {
    return {
      ...at,
      code: 'FWL010',
      message: 'an earlier rule matches the same; ufw skips this one',
      hint:
        command.position === 0 ? 'remove one of them' : 'insert and prepend never change a rule that is there already',
    }
  }
  if (outcome === 'replaced') {
    return {
      ...at,
      code: 'FWL011',
      message: 'an earlier rule matches the same; ufw puts this one in its place, not at the end',
      hint: 'remove the earlier rule',
    }
  }
  return undefined
}
