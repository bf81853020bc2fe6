import * as assert from 'uvu/assert'
import { judge } from '../../src/judge.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { ALICE_KEY, BOB_KEY, HASH, outcomeOf, parsed, TODAY } from '../support/judge.ts'
import { suite } from '../support/suite.ts'

const test = suite('plan: values that no file can hold')

const TWO_LINES = '/usr/bin/uptime\n/usr/bin/id'
const withCommand = (command: string) => ({
  version: 1,
  users: [{ name: 'alice', passwordHash: HASH, authorizedKeys: [ALICE_KEY, { key: BOB_KEY, command }] }],
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
  const { spec, locate, digest } = parsed(withCommand('/usr/bin/uptime'))
  const [alice] = spec.users
  const keys = alice?.authorizedKeys.map((key) => ({ ...key, ...(key.command && { command: TWO_LINES }) }))
  const past = { ...spec, users: [{ ...alice, authorizedKeys: keys }] } as typeof spec
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const options = { locate, specDigest: digest, epoch: undefined, today: TODAY, allowBooted: false }
  const { problems } = judge(past, target, options)
  assert.ok(problems.some(({ code, message }) => code === 'SPC099' && message.startsWith('accounts: ')))
})
