import { inspect } from '../../device/inspect/inspect.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import { BudgetTree } from '../../storage/tree/budget.ts'
import type { Target, Tree } from '../../storage/tree/tree.ts'
import { type Audit, type AuditQuestion, audit } from './audit.ts'
import type { KnownVulnerability } from './finding.ts'

/** A target, and what was found in it. */
export interface AuditedTarget extends Audit {
  readonly inventory: Inventory
}

export interface TargetQuestion extends Omit<AuditQuestion, 'known'> {
  /** The known vulnerabilities of what is installed. */
  readonly known?: (inventory: Inventory) => readonly KnownVulnerability[]
}

/**
 * Reads a target, whether it has been started or not, and audits it; see {@link audit}.
 *
 * @throws TargetError when it is not Raspberry Pi OS, or cannot be read safely, or not in reasonable time
 */
export function auditTarget(given: Target, { known = () => [], ...question }: TargetQuestion): AuditedTarget {
  // What is asked to read every file is not kept from it.
  const bounded = (tree: Tree) => (question.isDeep === true ? tree : new BudgetTree(tree))
  const target = { root: bounded(given.root), boot: given.boot && bounded(given.boot) }
  const inventory = inspect(target, { allowBooted: true, isLookedAt: true })
  const found = audit(inventory, { ...question, known: known(inventory) })
  for (const tree of [target.root, target.boot]) if (tree instanceof BudgetTree) tree.assertKept()
  return { ...found, inventory }
}
