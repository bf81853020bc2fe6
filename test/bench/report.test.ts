import * as assert from 'uvu/assert'
import { judged } from '../../bench/goal.ts'
import { race } from '../../bench/measure.ts'
import { report } from '../../bench/report.ts'
import { suite } from '../support/suite.ts'

const test = suite('bench report')

const result = (name: string, ...walls: number[]) => ({
  name,
  samples: walls.map((wall) => ({ wall, cpu: wall, rss: 100 * 1024 })),
})
const own = result('own', 3, 1, 2)

test('a goal is held against medians, its limit included', () => {
  const goal = { ratio: 2, of: 'peer' }
  assert.equal(judged(goal, [own, result('peer', 1, 9, 1)]), {
    goal: 'at most 2 × peer',
    measured: '2.00 ×',
    met: 'yes',
  })
  assert.is(judged(goal, [own, result('peer', 0.9)]).met, 'no')
  assert.is(judged({ ratio: 1 / 15, of: 'peer' }, [own, result('peer', 31)]).goal, 'at most 1/15 × peer')
  assert.is(judged({ megabytes: 99 }, [own]).met, 'no')
  assert.is(judged({ seconds: 2 }, [own]).met, 'yes')
  assert.is(judged({ seconds: 1.9 }, [own]).met, 'no')
  const sizes = [
    { ...own, bytes: 101 },
    { ...result('peer', 1), bytes: 100 },
  ]
  assert.is(judged({ bytes: 1.01, of: 'peer' }, sizes).met, 'yes')
  assert.is(judged({ bytes: 1, of: 'peer' }, sizes).met, 'no')
  assert.is(judged({ bytes: 1, of: 'peer' }, [own, result('peer', 1)]).met, 'not measured')
})

test('a goal beside a peer that is missing or gone is not said to be met', () => {
  const missing = { ...result('peer'), missing: 'not installed' }
  for (const results of [[own, missing], [own], []]) {
    assert.is(judged({ ratio: 2, of: 'peer' }, results).met, 'not measured')
  }
})

test('the report has all contenders, those that could not run too', () => {
  const about = { date: 'D', processor: 'P', cores: 2, memoryGiB: 4, kernel: 'K', node: 'N' }
  const results = [own, result('peer', 4), { ...result('other'), missing: 'not installed' }]
  const text = report(about, [{ name: 'work', goals: [{ ratio: 0.1, of: 'peer' }], results }])
  assert.match(text, '| work | own | 3 | 2.00 | 2.00 | 100 | 1.00 |')
  assert.match(text, '| work | peer | 1 | 4.00 | 4.00 | 100 | 0.50 |')
  assert.match(text, '| work | other: not installed | 0 | – | – | – | – |')
  assert.match(text, '| work | at most 1/10 × peer | 0.50 × | no |')
})

test('a contender that is missing is not run', () => {
  assert.equal(race([{ name: 'other', missing: 'not installed' }], 3, '/nonexistent'), [
    { name: 'other', samples: [], missing: 'not installed' },
  ])
})
