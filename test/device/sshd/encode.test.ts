import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { refusal } from '../../../src/base/encode/encode.ts'
import { sshd } from '../../../src/device/sshd/encode.ts'
import { readSshdConfig } from '../../../src/device/sshd/read.ts'
import { sudoers } from '../../../src/device/sudo/encode.ts'
import { readSudoers } from '../../../src/device/sudo/read.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('encoders of sshd and sudoers')

const hostile = [
  '\n',
  '\r',
  '\t',
  '\0',
  '#',
  '"',
  "'",
  '\\',
  '=',
  '%',
  '!',
  ',',
  ':',
  ' ',
  '\u2028',
  '\u202e',
  'ALL',
  'a',
  'B',
]
const value = fc.oneof(
  fc.string({ unit: fc.constantFrom(...hostile), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
)

test('a value of sshd stays in its line, and the lines around it stay as they are', () => {
  let taken = 0
  fc.assert(
    fc.property(value, (text) => {
      if (refusal(sshd, text) !== undefined) return
      taken += 1
      const file = `MaxAuthTries 2\nForceCommand ${text}\nUsePAM yes\n`
      const { directives, errors } = readSshdConfig(memoryTree({ '/etc/ssh/sshd_config': file }), 'trixie')
      assert.equal(errors, [])
      assert.equal(
        directives.map(({ keyword }) => keyword),
        ['maxauthtries', 'forcecommand', 'usepam'],
      )
    }),
    { numRuns: 4000 },
  )
  assert.ok(taken > 200, `only ${taken} values were taken`)
})

test('a name in sudoers is one user, and nothing else', () => {
  let taken = 0
  const name = fc.oneof(
    value,
    fc.string({ unit: fc.constantFrom('a', 'z', '0', '_', '-', 'A', '%', '!'), maxLength: 6 }),
  )
  fc.assert(
    fc.property(name, (text) => {
      if (refusal(sudoers, text) !== undefined) return
      taken += 1
      const file = { text: `root ALL=(ALL) ALL\n${text} ALL=(ALL:ALL) PASSWD: ALL\nDefaults use_pty\n`, mode: 0o440 }
      const { rules, skipped } = readSudoers(memoryTree({ '/etc/sudoers': file }), 'kit')
      assert.equal(skipped, [])
      assert.is(rules.length, 3)
      assert.equal(rules[1]?.kind === 'user' && rules[1].users, [{ negated: false, text }])
    }),
    { numRuns: 4000 },
  )
  assert.ok(taken > 100, `only ${taken} names were taken`)
})
