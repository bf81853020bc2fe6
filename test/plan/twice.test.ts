import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/inspect/inventory.ts'
import { judge } from '../../src/judge.ts'
import { changesOf } from '../../src/plan/changes.ts'
import { pathKey } from '../../src/plan/operation.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { applyToMemory } from '../../src/tree/memory-apply.ts'
import { fullSpec, parsed, TODAY } from '../support/judge.ts'
import { suite } from '../support/suite.ts'

/** Applying a spec twice changes nothing the second time, and the plan keeps its digest. */
const test = suite('a second run')

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  for (const variant of ['lite', 'desktop'] as const) {
    for (const profile of ['standard', 'strict'] as const) {
      const architecture = variant === 'lite' ? 'arm64' : 'armhf'
      test(`${behaviour} ${variant} ${architecture} ${profile}`, () => {
        const { spec, locate, digest } = parsed({ ...fullSpec(), profile })
        const target = samplePiOs({ behaviour, variant, architecture })
        const options = { locate, specDigest: digest, epoch: undefined, today: TODAY, allowBooted: false }
        const first = judge(spec, target, options)
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
        const second = judge(spec, target, options)
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
