import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import { hex, utf8 } from '../../../src/base/host/bytes.ts'
import { sha1, sha256, sha512 } from '../../../src/base/host/hash.ts'
import { suite } from '../../support/suite.ts'

const test = suite('hashes')

test('the standard\'s own vectors (FIPS 180-4, "abc"), in one piece or more', () => {
  for (const pieces of [[utf8('abc')], [utf8('a'), utf8(''), utf8('bc')]]) {
    assert.is(hex(sha1(...pieces)), 'a9993e364706816aba3e25717850c26c9cd0d89d')
    assert.is(hex(sha256(...pieces)), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    assert.is(hex(sha512(...pieces)), createHash('sha512').update('abc').digest('hex'))
  }
})

test('a digest is no Buffer: its slice is a copy', () => {
  const digest = sha256(utf8('abc'))
  digest.slice().fill(0)
  assert.is(digest.constructor, Uint8Array)
  assert.is(digest[0], 0xba)
})
