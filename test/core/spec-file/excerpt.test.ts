import * as assert from 'uvu/assert'
import { parseSpec } from '../../../src/core/check/parse.ts'
import { excerptOf } from '../../../src/core/spec-file/excerpt.ts'
import { HASH } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('the line of the spec that a problem is about')

const none = () => ({ failure: 'no such file' })
const host = { read: none, verify: () => 'no such file', unpack: () => 'no such file', ask: none }

/** `line | text` and the mark below it, of each problem of a spec; undefined: nothing is shown. */
function excerptsOf(text: string): (readonly [code: string, line: string, mark: string] | readonly [code: string])[] {
  const { problems } = parseSpec(new TextEncoder().encode(text), 'pibake.yaml', host)
  return problems.map((problem) => {
    const found = excerptOf(text, problem, problems)
    if (found === undefined) return [problem.code]
    return [problem.code, `${found.line} | ${found.text}`, ' '.repeat(found.start) + '^'.repeat(found.length)]
  })
}

test('a value and an unknown key are marked where they stand; a comment is left out', () => {
  const text = `version: 1\nusers: [{ name: alice, passwordHash: ${HASH} }]\nssh:\n  port: 70000 # hunter2\n  prot: 22\n`
  assert.equal(excerptsOf(text), [
    ['SSH001', '4 |   port: 70000', `        ${'^'.repeat(5)}`],
    ['SPC002', '5 |   prot: 22', '  ^^^^'],
  ])
})

const hidden: readonly (readonly [title: string, text: string])[] = [
  ['a password under a key that is not there', 'users:\n  - { name: Alice, password: hunter2 }\n'],
  ['a word under an unknown key', 'users:\n  - { name: alice, geheim: hunter2 }\n'],
  ['below an unknown section', 'wlan: { ssid: kit, x: hunter2 }\n'],
  ['below a section of the wrong kind', 'users: { alice: hunter2 }\n'],
  ['a number that is long', 'users: [{ name: alice, geheim: 12345678901 }]\n'],
  ['a hash on the line of another problem', 'users: [{ name: Alice, passwordHash: hunter2 }]\n'],
  ['a private key on one line', 'users:\n  - name: alice\n    authorizedKeys: ["-----BEGIN hunter2"]\n'],
  ['a text over several lines', 'users:\n  - name: Alice\n    passwordHash: >-\n      hunter2\n      more\n'],
  ['a text over several lines in quotes', "users:\n  - { name: alice, passwordHash: 'hunter2\n    more', x: 1 }\n"],
  ['a comment', 'ssh: { port: 70000 } # hunter2\n'],
  ['a comment above what is below', 'ssh: # hunter2\n  prot: 22\nfoo: # hunter2\n  - 1\n'],
  ['an alias', 'users: [{ name: Alice, passwordHash: *hunter2 }]\n'],
  ['an anchor', 'users: [{ name: Alice, passwordHash: &x hunter2 }]\nssh: { port: 70000 }\n'],
  ['the content of a file', 'files: [{ path: etc, content: "hunter2" }]\n'],
  ['a login in an address', 'files: [{ path: "https://kit:hunter2@example.org" }]\n'],
  ['a value behind a tag', 'users: [{ name: Alice, passwordHash: !x hunter2 }]\n'],
  ['text that is not YAML', 'users: [{ name: alice, passwordHash: hunter2\nssh: }\n'],
]

for (const [title, text] of hidden) {
  test(`never shown: ${title}`, () => {
    const found = excerptsOf(`version: 1\n${text}`)
    assert.ok(found.length > 0, 'a problem to show')
    assert.not.match(JSON.stringify(found), /hunter|234567/)
  })
}

test('what is hidden shifts the mark behind it', () => {
  const text = 'version: 1\nusers: [{ passwordHash: "$6$abcdefgh$xyz", name: Alice }]\n'
  const name = excerptsOf(text).find(([, line = '']) => line.includes('Alice'))
  assert.is(name?.[1], '2 | users: [{ passwordHash: ***, name: Alice }]')
  assert.ok(
    excerptsOf(text).some(([, line = '', mark = '']) => {
      return line.slice(4).slice(mark.indexOf('^'), mark.length) === 'Alice'
    }),
  )
})

test('lines that end as on Windows', () => {
  assert.equal(excerptsOf('version: 1\r\nssh:\r\n  prot: 22\r\n')[0]?.slice(0, 2), ['SPC002', '3 |   prot: 22'])
})
