import * as assert from 'uvu/assert'
import { compared } from '../../../src/core/audit/compare.ts'
import { rules } from '../../../src/core/audit/rules.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../src/sample/behaviours.ts'
import { planOf } from '../../support/plan.ts'
import { smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import type { Planted } from '../access/readers/device.ts'
import { account, faults, found, HASHED, imageOf, planted, short, ssh } from './faults.ts'

const test = suite('audit')

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  const before = new Set(found(imageOf(behaviour)).map((one) => JSON.stringify(one)))
  for (const [title, what, ...expected] of faults) {
    test(`${behaviour}: ${title}`, () => {
      const added = found(planted(imageOf(behaviour), what)).filter((one) => !before.has(JSON.stringify(one)))
      assert.equal(added.map(short).sort(), [...expected].sort())
    })
  }
}

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: what pibake has worked on has nothing above low`, () => {
    for (const profile of ['standard', 'strict']) {
      const image = imageOf(behaviour)
      applyToMemory(image, planOf({ ...smallSpec(), profile }, { behaviour }).operations)
      const above = found(image).filter(({ level }) => level !== 'low')
      assert.equal(above.map(short), [], profile)
    }
  })
}

test('of two places of one kind, the one that is closed is said', () => {
  const shell = (name: string): Planted => ({ [`/usr/local/bin/${name}`]: { text: '\u007fELF', mode: 0o4755 } })
  const both = planted(imageOf('trixie-2026'), { ...shell('bash'), ...shell('dash') })
  const one = planted(imageOf('trixie-2026'), shell('bash'))
  const { closed, added } = compared(found(both), found(one))
  assert.equal(closed.map(short), ['root-way /usr/local/bin/dash'])
  assert.equal(added, [])
})

test('the text of a private file is said nowhere', () => {
  const image = planted(imageOf('trixie-2026'), {
    ...ssh,
    ...account(HASHED),
    'boot:/userconf.txt': `pi:${HASHED}\n`,
    '/root/.netrc': 'password hunter2hunter2\n',
  })
  const said = JSON.stringify(found(image))
  for (const word of [HASHED, 'hunter2hunter2', HASHED.split('$').at(-1) as string]) assert.not.ok(said.includes(word))
})

test('every rule is found by one of the faults, or in the stock image', () => {
  const seen = new Set([
    ...found(imageOf('bookworm-2025')).map(({ rule }) => rule as string),
    ...faults.flatMap(([, , ...expected]) => expected.map((one) => one.split(' ')[0] as string)),
  ])
  assert.equal(
    Object.keys(rules).filter((rule) => !seen.has(rule)),
    ['unproved'],
  )
})
