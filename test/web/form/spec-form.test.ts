import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { starterSpec } from '../../../src/core/spec-file/starter.ts'
import type { FormValues } from '../../../src/web/form/form-values.ts'
import { readForm, writeForm } from '../../../src/web/form/spec-form.ts'
import { fullSpec, HASH, KEYS, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('the form of the page and YAML')

const STARTER = starterSpec({ name: 'owner', hostname: 'raspberrypi', publicKey: undefined, passwordHash: undefined })

/** Anything that somebody can type into one line, YAML's own characters too. */
const line = fc
  .oneof(
    fc.constantFrom(
      '',
      'on',
      'null',
      '~',
      '1',
      '007',
      '- a',
      '# b',
      'a: b',
      "it's",
      '"',
      '\\',
      '{}',
      '[]',
      '&a',
      '*a',
      '!t',
      '|',
      '> x',
    ),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  )
  .map((text) => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/gu, ''))
const filled = line.filter((text) => text !== '')
const wifi = fc
  .record({ country: line, ssid: line, pskFile: line }, { noNullPrototype: true })
  .map((one) => (one.ssid === '' ? { country: one.country, ssid: '', pskFile: '' } : one))

const anyValues: fc.Arbitrary<FormValues> = fc.record(
  {
    hostname: line,
    timezone: line,
    keyboard: line,
    name: line,
    passwordHash: line,
    keys: fc.uniqueArray(filled, { maxLength: 4 }),
    sudo: line,
    wifi,
    rules: fc.array(filled, { maxLength: 5 }),
    exposure: line,
    place: line,
    holds: fc.array(filled, { maxLength: 3 }),
    controls: fc.array(filled, { maxLength: 3 }),
  },
  { noNullPrototype: true },
)

const bases: Readonly<Record<string, string>> = {
  starter: STARTER,
  small: JSON.stringify(smallSpec()),
  full: JSON.stringify(fullSpec(), null, 2),
  empty: 'version: 1\ndevice:\nusers:\nnetwork: {}\nfirewall:\n  rules: []\n',
}

for (const [name, base] of Object.entries(bases)) {
  test(`${name}: what the form writes, it reads: form → YAML → form is the identity, and a second time nothing changes`, () => {
    fc.assert(
      fc.property(anyValues, anyValues, (first, second) => {
        let text = base
        for (const values of [first, second]) {
          text = writeForm(text, values)
          assert.equal(readForm(text), values)
          assert.is(writeForm(text, values), text)
        }
      }),
      { numRuns: 125, seed: 21 },
    )
  })
}

test('comments stay, in their places', () => {
  const values = readForm(STARTER) as FormValues
  const text = writeForm(STARTER, { ...values, hostname: 'kit-07', keys: [KEYS.alice], rules: ['limit 22/tcp'] })
  const comments = (of: string) => of.split('\n').flatMap((one) => /#.*$/.exec(one)?.[0] ?? [])
  const left = comments(text)
  for (const comment of comments(STARTER)) assert.ok(left.includes(comment), comment)
  assert.match(text, /^ {2}hostname: "kit-07"\n {2}# timezone: Europe\/Vienna$/m)
  const more = writeForm(text.replace('"kit-07"', '"kit-07"  # on the door'), { ...values, hostname: 'kit-08' })
  assert.match(more, /hostname: "kit-08" +# on the door/)
})

test('what the form does not ask for stays as it is', () => {
  const before = fullSpec()
  const text = JSON.stringify(before, null, 2)
  const values = readForm(text) as FormValues
  const after = JSON.parse(JSON.stringify(readBack(writeForm(text, { ...values, name: 'carol' }))))
  before.users[0].name = 'carol'
  assert.equal(after, JSON.parse(JSON.stringify(before)))
})

function readBack(text: string): unknown {
  // What is written over JSON stays JSON, but for its line ends.
  return JSON.parse(text)
}

test('keys with options stay when the list of plain keys changes', () => {
  const text = JSON.stringify(fullSpec())
  const values = readForm(text) as FormValues
  assert.equal(values.keys, [KEYS.alice])
  const { users } = readBack(writeForm(text, { ...values, keys: [KEYS.bob] })) as ReturnType<typeof fullSpec>
  assert.equal(users[0].authorizedKeys, [{ key: KEYS.bob, restrict: true }, KEYS.bob])
})

test('a text that is not YAML, or not a section with keys, is nothing to the form and is left alone', () => {
  for (const text of ['a: [', '- a\n', '"text"', '', 'a: 1\n---\nb: 2\n']) {
    assert.is(readForm(text), undefined, text)
    assert.is(writeForm(text, readForm(STARTER) as FormValues), text)
  }
})

test('what the form writes is a spec that the program takes', () => {
  const values = readForm(STARTER) as FormValues
  const text = writeForm(STARTER, {
    ...values,
    name: 'alice',
    hostname: 'kit-07',
    timezone: 'Europe/Vienna',
    keyboard: 'gb',
    passwordHash: HASH,
    keys: [KEYS.alice],
    rules: ['limit 22/tcp', 'allow from 192.0.2.0/24 to any port 80 proto tcp'],
    exposure: 'lan',
    holds: ['credentials'],
    wifi: { country: 'AT', ssid: 'kit', pskFile: '' },
  })
  const spec = specOf(text)
  assert.is(spec.users[0]?.name, 'alice')
  assert.is(spec.device.hostname, 'kit-07')
  assert.is(spec.network.wifi?.networks[0]?.ssid, 'kit')
})
