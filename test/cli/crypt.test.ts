import * as assert from 'uvu/assert'
import { wordBehind } from '../../src/cli/crypt.ts'
import { suite } from '../support/suite.ts'

const test = suite('words behind hashes')

const WORDS = ['admin', 'raspberry', 'x']

/** Of `raspberry`, by crypt(3). */
for (const hash of [
  '$y$j9T$abcdefghijklmnop$ZDloJgfb9iMP/OhlO6VibvzQwWOMaT5q5ZGAWJe8us.',
  '$5$saltsalt$co270cgnQFtIiaigKUIOOLh41ufjqoVJXZNYu0l.NS4',
]) {
  test(hash.slice(0, 3), () => assert.is(wordBehind(hash, WORDS), 'raspberry'))
}

test('another word, and what is not a hash', () => {
  assert.is(wordBehind('$y$j9T$abcdefghijklmnop$ZDloJgfb9iMP/OhlO6VibvzQwWOMaT5q5ZGAWJe8us.', ['admin']), undefined)
  for (const hash of ['*', '!', '', '$9$x', 'x'.repeat(1000)]) assert.is(wordBehind(hash, WORDS), undefined, hash)
})

test('a hash that takes minutes is not waited for', () => {
  const begun = Date.now()
  assert.is(wordBehind(`$6$rounds=99999999$saltsalt$${'x'.repeat(86)}`, WORDS), undefined)
  assert.ok(Date.now() - begun < 30_000)
})
