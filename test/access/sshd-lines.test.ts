import * as assert from 'uvu/assert'
import { keywordsOf } from '../../src/device/sshd/keywords.ts'
import type { Outcome } from '../support/plan.ts'
import { suite } from '../support/suite.ts'
import { releases } from '../system/support/roots.ts'
import { sshdLines } from './sshd-lines.ts'
import { assertKnown } from './support/known.ts'
import { clients, digestOfOurs, oursIn, outcomeWith, type SshdTruth, sshdTruth } from './support/sshd-judge.ts'
import { admits } from './support/verdict.ts'

const test = suite('what is said of a line of sshd_config, held against what sshd did with it')

interface LineClaim {
  readonly exit: number
  readonly key: readonly string[]
  /** A password of anybody is said to open. */
  readonly passwords: boolean
}

for (const release of releases) {
  const truths = sshdTruth(release)
  const said: (LineClaim & { readonly truth: SshdTruth; readonly ours: string | undefined })[] = []

  test.before(() => {
    for (const truth of truths) {
      const outcome = outcomeWith(truth, release)
      said.push({ truth, ours: oursIn(outcome), ...claimOf(outcome) })
    }
  })

  test(`${release}: the table has every keyword, and the truth of every line`, () => {
    assert.equal(
      truths.map(({ id }) => id),
      sshdLines.map(({ id }) => id),
    )
    const used = truths.flatMap(({ text }) => text.split('\n').map((line) => line.split(/[ =]/)[0]?.toLowerCase()))
    for (const keyword of keywordsOf(release)) {
      const count = used.filter((word) => word === keyword.toLowerCase()).length
      assert.ok(count >= 2, `${keyword}: ${count}`)
    }
  })

  test(`${release}: the truth is that of what pibake writes today`, () => {
    const stale = said.filter(({ ours, truth }) => ours !== undefined && digestOfOurs(ours) !== truth.ours)
    assertKnown(`stale-lines-${release}`, idsOf(stale.map(({ truth }) => truth)))
  })

  test(`${release}: what is said to be in is in, and what is said to be out is out`, () => {
    const falseIn = said.filter(({ truth, exit, key }) => exit === 0 && key.some((from) => !truth.key.includes(from)))
    const wider = said.filter(({ truth, exit, key }) => exit === 0 && truth.key.some((from) => !key.includes(from)))
    const unseen = said.filter(({ truth, exit, passwords }) => exit === 0 && truth.password.length > 0 && !passwords)
    const falseOut = said.filter(
      ({ truth, exit }) => exit !== 0 && truth.key.length === clients.length && truth.password.length === 0,
    )
    assertKnown(`lines-in-but-out-${release}`, idsOf(falseIn.map(({ truth }) => truth)))
    assertKnown(`lines-wider-than-said-${release}`, idsOf(wider.map(({ truth }) => truth)))
    assertKnown(`lines-password-unseen-${release}`, idsOf(unseen.map(({ truth }) => truth)))
    assertKnown(`lines-out-but-in-${release}`, idsOf(falseOut.map(({ truth }) => truth)))
    // A prover that refuses everything is never wrong.
    assert.ok(
      said.filter(({ exit, truth }) => exit === 0 && truth.key.length === clients.length).length > truths.length / 3,
    )
  })
}

const idsOf = (truths: readonly SshdTruth[]) => truths.map(({ id }) => id)

/** What pibake says of an image with a line; one that it does not read at all is refused. */
function claimOf(outcome: Outcome | undefined): LineClaim {
  if (outcome === undefined) return { exit: 3, key: [], passwords: false }
  const { ways = [], intruders = [], open = [], unproved = [] } = outcome.verdict ?? {}
  const isOpen = (address: string) => ways.some((way) => way.by === 'key' && admits(way, address, 'eth0'))
  const byPassword = [...ways, ...intruders].filter(({ by }) => by === 'password')
  return {
    exit: unproved.length === 0 ? outcome.exit : 5,
    key: clients.filter(isOpen),
    passwords: byPassword.length + open.length > 0,
  }
}
