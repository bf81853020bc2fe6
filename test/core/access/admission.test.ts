import * as assert from 'uvu/assert'
import { reachOfRegions } from '../../../src/core/access/admission.ts'
import { decisive } from '../../../src/core/access/questions.ts'
import { type Network, networkOf, regionsOf } from '../../../src/device/sshd/networks.ts'
import { spelledReach } from '../../support/reach.ts'
import { suite } from '../../support/suite.ts'

const test = suite('from where somebody is let in')

const of = (all: readonly string[], letIn: readonly string[]) =>
  spelledReach(
    reachOfRegions(regionsOf(all.map((text) => networkOf(text) as Network)), ({ network }) =>
      letIn.includes(network.text),
    ),
  )
const WORLD = ['0.0.0.0/0', '::/0']
const [TEN, SUB] = ['10.0.0.0/8', '10.1.0.0/16']
const AROUND_SUB = [
  '10.0.0.0/16',
  '10.2.0.0/15',
  '10.4.0.0/14',
  '10.8.0.0/13',
  '10.16.0.0/12',
  '10.32.0.0/11',
  '10.64.0.0/10',
  '10.128.0.0/9',
]

test('networks, and exceptions within them', () => {
  assert.equal(of([], WORLD), { from: 'everywhere', except: [] })
  assert.equal(of([], []), { from: [], except: [] })
  assert.equal(of([], ['::/0']), { from: ['::/0'], except: [] })
  assert.equal(of([TEN, SUB], [...WORLD, TEN, SUB]), { from: 'everywhere', except: [] })
  assert.equal(of([TEN, SUB], WORLD), { from: 'everywhere', except: [TEN] })
  assert.equal(of([TEN, SUB], [TEN]), { from: [TEN], except: [SUB] })
  assert.equal(of([TEN, SUB], [TEN, SUB]), { from: [TEN], except: [] })
  // What is let in inside an exception is no part of it.
  assert.equal(of([TEN, SUB], [...WORLD, SUB]), { from: 'everywhere', except: AROUND_SUB })
})

const at = { file: '/etc/ssh/sshd_config', line: 1 }

test('the questions of which another answer makes a difference', () => {
  const asked = (names: readonly string[], holds: (yes: ReadonlySet<string>) => boolean) => {
    const { first, questions } = decisive(
      (yes, met) => {
        for (const text of names) met({ text, at })
        return holds(yes)
      },
      (one) => String(one),
    )
    return [first, questions.map(({ text }) => text)]
  }
  assert.equal(
    asked([], () => true),
    [true, []],
  )
  assert.equal(
    asked(['a', 'b'], () => true),
    [true, []],
  )
  assert.equal(
    asked(['a', 'b'], (yes) => !yes.has('b')),
    [true, ['b']],
  )
  assert.equal(
    asked(['a', 'b', 'c'], (yes) => yes.has('a') && yes.has('c')),
    [false, ['a', 'c']],
  )
  const many = Array.from({ length: 12 }, (_, i) => String(i))
  assert.equal(
    asked(many, () => true),
    [true, many],
  )
})
