import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { cases } from './schedule.ts'

const test = suite('power cuts: schedule')

const passed = ['a', 'b', 'a']
const labels = (seed: number) => cases(passed, 10, seed).map((cuts) => cuts.map(({ label }) => label).join(', '))

test('every checkpoint, each time it is passed, and the end, at every delay; and the pairs', () => {
  const single = labels(1).filter((label) => !label.includes(','))
  const names = ['a', 'b', 'a (2)', 'end'].flatMap((name) => [0, 2, 8, 20].map((delay) => `${name} +${delay}`))
  assert.equal(single.sort(), names.sort())
  assert.is(labels(1).length, names.length + 10)
})

test('the first passing is cut by the device itself, later ones and later moments by the plug', () => {
  const all = new Map(cases(passed, 0, 1).flatMap((cuts) => cuts.map((cut) => [cut.label, cut] as const)))
  assert.is(all.get('a +0')?.fault, 'a:cut')
  assert.is(all.get('a +2')?.fault, 'none')
  assert.equal(all.get('a (2) +0')?.plug, { line: 'checkpoint a', occurrence: 2, seconds: 0 })
})

test('the seed decides, and nothing else', () => {
  assert.equal(labels(1), labels(1))
  assert.not.equal(labels(1), labels(2))
})
