import * as assert from 'uvu/assert'
import { states } from '../access/states/index.ts'
import { Visitors } from '../access/support/device.ts'
import { assertKnown, knownIn } from '../access/support/known.ts'
import { answerOf, findingOf, moreThanSaid, type Result } from '../access/support/matrix.ts'
import type { Planted } from '../access/support/planted.ts'
import { claimOn, Stock, tryState } from '../access/support/run-state.ts'
import { storedTruth } from '../access/support/stored.ts'
import type { Truth } from '../access/support/truth.ts'
import { suite } from '../support/suite.ts'
import { releases } from './support/roots.ts'

/** States that are booted in every run, one for each way in which a login is decided. */
const BOOTED = [
  'nothing at all',
  'no session for one network',
  'nologin',
  '/home in memory',
  'not set-user-ID',
  'root without a password, in passwd',
]

const isRenewed = process.env.PIBAKE_GENERATE === '1'

for (const release of releases) {
  const namesIn = (...lists: readonly string[]) => new Set(lists.flatMap((name) => knownIn(`${name}-${release}`)))
  const test = suite(`what is said of a device's logins, held against what devices of ${release} did`)
  const truths = storedTruth(release)
  const visitors = new Visitors()
  let stock: Stock

  test.before(() => {
    stock = new Stock(release)
  })
  test.after(() => {
    stock.remove()
    visitors.remove()
  })

  test('what is said of every state whose truth is known', async () => {
    const results: Result[] = []
    const known = namesIn('in-but-out', 'somebody-unseen', 'wider-than-said', 'out-but-in', 'cannot-be-judged', 'stale')
    // Each costs a second or two: all of them are asked by `npm run test:access -- --stored`.
    const withTruth = states.filter(({ id }) => id in truths)
    const sample = new Set(withTruth.filter((_, n) => n % 16 === 0))
    const asked = withTruth.filter((state) => isRenewed || sample.has(state) || known.has(`${state.kind}: ${state.id}`))
    for (const state of asked) {
      const claim = await claimOn(stock, state, visitors.keys)
      results.push({ ...state, release, claim, truth: truths[state.id] ?? null })
    }
    const named = (of: (result: Result) => boolean) => results.filter(of).map(({ kind, id }) => `${kind}: ${id}`)
    assertKnown(
      `in-but-out-${release}`,
      named((result) => findingOf(result).falseIn.length > 0),
    )
    assertKnown(
      `somebody-unseen-${release}`,
      named((result) => findingOf(result).unseen.length > 0),
    )
    assertKnown(
      `wider-than-said-${release}`,
      named((result) => moreThanSaid(result).length > 0),
    )
    assertKnown(
      `out-but-in-${release}`,
      named((result) => findingOf(result).falseOut),
    )
    assertKnown(
      `cannot-be-judged-${release}`,
      named(({ claim }) => answerOf(claim) === 'unproved'),
    )
    const isStale = ({ claim, truth }: Result) => truth !== null && claim.written !== truth.written
    assertKnown(`stale-${release}`, named(isStale))
    // A prover that refuses everything is never wrong. What is known is mostly refused: of the sample, then.
    const sampled = results.filter((_, n) => sample.has(asked[n] as Planted))
    const isIn = sampled.filter(({ claim }) => answerOf(claim) === 'in').length
    assert.ok(isIn > sampled.length / 5, `${isIn} of ${sampled.length} are in`)
  })

  for (const id of BOOTED) {
    test(`a device with this does what is stored: ${id}`, async () => {
      const state = states.find((one) => one.id === id) as Planted
      const { truth } = await tryState(stock, state, visitors)
      assert.equal(loginsOf(truth), loginsOf(truths[id]))
    })
  }
}

/** All that happened but systemd's word for itself, which tells whether some unit failed. */
function loginsOf(truth: Truth | null | undefined): Omit<Truth, 'state' | 'written'> {
  assert.ok(truth, 'no truth')
  const { state: _, written: __, ...logins } = truth as Truth
  return logins
}
