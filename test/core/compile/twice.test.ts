import * as assert from 'uvu/assert'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { changesOf } from '../../../src/core/plan/changes.ts'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../src/sample/behaviours.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { pathKey } from '../../../src/storage/tree/tree.ts'
import { compiled } from '../../support/plan.ts'
import { fullSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/** Applying a spec twice changes nothing the second time, and the plan keeps its digest. */
const test = suite('a second run')

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  for (const variant of ['lite', 'desktop'] as const) {
    for (const profile of ['standard', 'strict', 'cis'] as const) {
      const architecture = variant === 'lite' ? 'arm64' : 'armhf'
      test(`${behaviour} ${variant} ${architecture} ${profile}`, () => {
        const checked = sound({ ...fullSpec(), profile })
        const target = samplePiOs({ behaviour, variant, architecture })
        const first = compiled(checked, target)
        assert.equal(
          first.problems.filter((problem) => problem.severity === 'error'),
          [],
        )
        assert.equal(first.verdict.lockouts, [])
        const changes = changesOf(target, first.plan.operations)
        assert.ok(changes.length > 40)
        applyToMemory(
          target,
          changes.map((change) => change.operation),
        )
        const second = compiled(checked, target)
        assert.is(second.plan.digest, first.plan.digest)
        assert.equal(
          changesOf(target, second.plan.operations).map((change) => pathKey(change.operation)),
          [],
        )
        assert.equal(second.verdict.lockouts, [])
      })
    }
  }
}
