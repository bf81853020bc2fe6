import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { EncodeError } from '../../../src/base/encode/encode.ts'
import type { AuthorizedKey } from '../../../src/device/formats/authorized-keys.ts'
import {
  authorizedKeyLine,
  authorizedKeysFile,
  parseAuthorizedKeys,
} from '../../../src/device/formats/authorized-keys.ts'
import { suite } from '../../support/suite.ts'

const test = suite('authorized-keys')

const plain: AuthorizedKey = {
  type: 'ssh-ed25519',
  blob: 'AAAAC3NzaC1lZDI1NTE5AAAAIBYLsyHCSpQ3iHTW3TPa2oJ+RKpJaSmL5v8mBY8J9VEE',
  comment: 'alice@laptop',
  bits: 256,
  fingerprint: 'SHA256:x',
  from: [],
  expires: undefined,
  restrict: false,
  command: undefined,
}

test('a key without options is its type, its text and its comment', () => {
  assert.is(authorizedKeysFile([plain]), `ssh-ed25519 ${plain.blob} alice@laptop\n`)
  assert.is(authorizedKeyLine({ ...plain, comment: '' }), `ssh-ed25519 ${plain.blob}`)
})

test('options stand in one order, whatever they are', () => {
  const key = { ...plain, restrict: true, from: ['192.0.2.0/24', '!*.bad'], expires: '2027-01-01', command: 'a "b" c' }
  assert.is(
    authorizedKeyLine(key),
    `restrict,from="192.0.2.0/24,!*.bad",expiry-time="20270101Z",command="a \\"b\\" c" ssh-ed25519 ${plain.blob} alice@laptop`,
  )
})

test('what was printed is read back, for any command and comment that can be printed', () => {
  let printed = 0
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('\\', '"', ' ', ',', '#', 'a', '=', '\n') }),
      (comment, command) => {
        let line: string
        try {
          line = authorizedKeyLine({ ...plain, comment, command })
        } catch (error) {
          assert.instance(error, EncodeError)
          return
        }
        printed += 1
        assert.equal(parseAuthorizedKeys(`${line}\n`), [
          {
            line: 1,
            options: [{ name: 'command', value: command }],
            type: plain.type,
            blob: plain.blob,
            comment: comment.trim(),
          },
        ])
      },
    ),
    { numRuns: 2000 },
  )
  assert.ok(printed > 100, `only ${printed} values could be printed`)
})

test('a value never makes a second line or leaves its quotes', () => {
  const refused: Partial<AuthorizedKey>[] = [
    { comment: 'x\nssh-ed25519 AAAA evil' },
    { comment: 'x\ry' },
    { comment: 'gpj.exe\u202e' },
    { command: 'ends with \\' },
    { command: 'a\0b' },
    { from: ['10.0.0.1",command="reboot'] },
    { from: ['10.0.0.1,*'] },
    { type: 'command="x" ssh-ed25519' },
    { blob: 'AAAA evil' },
  ]
  for (const part of refused) {
    assert.throws(
      () => authorizedKeyLine({ ...plain, ...part }),
      (error: unknown) => error instanceof EncodeError,
      JSON.stringify(part),
    )
  }
})

test('files of others are read: comments, blank lines, options of any case, broken lines', () => {
  const text = [
    '# a comment',
    '',
    `  No-Pty,environment="A=b c" ssh-ed25519 ${plain.blob} two words`,
    'command="never closed ssh-ed25519 AAAA',
    'not a key at all',
    `ssh-rsa AAAAB3Nz\r`,
  ].join('\n')
  assert.equal(
    parseAuthorizedKeys(text).map(({ line, options, type, comment }) => ({ line, options, type, comment })),
    [
      {
        line: 3,
        options: [
          { name: 'no-pty', value: undefined },
          { name: 'environment', value: 'A=b c' },
        ],
        type: 'ssh-ed25519',
        comment: 'two words',
      },
      { line: 6, options: [], type: 'ssh-rsa', comment: '' },
    ],
  )
})
