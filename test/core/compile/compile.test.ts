import * as assert from 'uvu/assert'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { compiled, outcomeOf } from '../../support/plan.ts'
import { HASH, KEYS, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('plan: values that no file can hold')

const TWO_LINES = '/usr/bin/uptime\n/usr/bin/id'
const withCommand = (command: string) => ({
  version: 1,
  users: [{ name: 'alice', passwordHash: HASH, authorizedKeys: [KEYS.alice, { key: KEYS.bob, command }] }],
})

test('a command of two lines is refused where it stands', () => {
  const { exit, problems } = outcomeOf(withCommand(TWO_LINES))
  assert.is(exit, 2)
  assert.equal(
    problems.map(({ code, path }) => [code, path.join('.')]),
    [['SPC006', 'users.0.authorizedKeys.1.command']],
  )
})

test('if it got past the spec all the same, the encoder of the file refuses it, and it is a problem, no crash', () => {
  const checked = sound(withCommand('/usr/bin/uptime'))
  const { spec } = checked
  const [alice] = spec.users
  const keys = alice?.authorizedKeys.map((key) => ({ ...key, ...(key.command && { command: TWO_LINES }) }))
  const past = { ...spec, users: [{ ...alice, authorizedKeys: keys }] } as typeof spec
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const { problems } = compiled({ ...checked, spec: past }, target)
  assert.ok(problems.some(({ code, message }) => code === 'SPC099' && message.startsWith('accounts: ')))
})
