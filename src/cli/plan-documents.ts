import { type Change, differences } from '../core/plan/state.ts'
import { changeFacts, hostKeyFacts, imageFacts } from '../core/presentation/documents.ts'
import { problemFacts } from '../core/presentation/problem-facts.ts'
import { pathKey } from '../storage/tree/tree.ts'
import type { Prepared } from './prepare.ts'

/** The document of `plan --json`. */
export function planDocument(prepared: Prepared, changes: readonly Change[]) {
  const { plan, bundle } = prepared
  const { digest, image, changes: shown, notes, access, hostKeys, problems } = receiptFacts(prepared, changes)
  return {
    schema: 'pibake.plan/1',
    digest,
    image,
    changes: shown,
    units: plan.units,
    packages: plan.packages,
    carried: bundle?.lock.packages ?? null,
    notes,
    access,
    problems,
    hostKeys,
  }
}

/** The document of `verify --json`. */
export function verifyDocument(prepared: Prepared, drift: readonly Change[]) {
  const { digest, access, problems, hostKeys } = receiptFacts(prepared, [])
  return {
    schema: 'pibake.verify/1',
    digest,
    drift: drift.map(({ operation, before }) => ({
      path: pathKey(operation),
      differences: differences(operation, before),
      origin: operation.origin,
    })),
    access,
    problems,
    hostKeys,
  }
}

/** What a plan that is carried out is about; made before that, for the diffs are against what is there then. */
export function receiptFacts(prepared: Prepared, changes: readonly Change[]) {
  const { plan, inventory, verdict, target, hostKeys } = prepared
  return {
    digest: plan.digest,
    image: imageFacts(inventory),
    changes: changes.map((change) => changeFacts(target, change)),
    notes: plan.notes,
    access: verdict,
    hostKeys: hostKeyFacts(hostKeys),
    problems: problemFacts(prepared.problems, prepared.locate),
  }
}
