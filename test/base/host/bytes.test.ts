import fc from 'fast-check'
import * as assert from 'uvu/assert'
import {
  base64,
  compare,
  concat,
  equals,
  fromBase64,
  fromHex,
  hex,
  latin1,
  latin1Text,
  utf8,
  utf8Text,
} from '../../../src/base/host/bytes.ts'
import { suite } from '../../support/suite.ts'

const test = suite('bytes')

const array = fc.uint8Array({ maxLength: 300 })
/** Any code units, halves of pairs too. */
const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })
const plain = (bytes: Uint8Array) => new Uint8Array(bytes)

test('the same as Buffer for any bytes', () => {
  fc.assert(
    fc.property(array, (bytes) => {
      const buffer = Buffer.from(bytes)
      assert.is(hex(bytes), buffer.toString('hex'))
      assert.is(base64(bytes), buffer.toString('base64'))
      assert.is(latin1Text(bytes), buffer.toString('latin1'))
      assert.is(utf8Text(bytes), buffer.toString('utf8'))
      assert.equal(fromHex(hex(bytes)), bytes)
      assert.equal(fromBase64(buffer.toString('base64')), bytes)
      assert.equal(fromBase64(buffer.toString('base64url')), bytes)
      assert.equal(latin1(latin1Text(bytes)), bytes)
    }),
  )
})

test('the same as Buffer for any text', () => {
  fc.assert(
    fc.property(text, (any) => {
      assert.equal(utf8(any), plain(Buffer.from(any)))
      assert.equal(latin1(any), plain(Buffer.from(any, 'latin1')))
    }),
  )
})

test('a byte order mark stays, as in a Buffer', () => {
  assert.is(utf8Text(utf8('\ufeffx')), '\ufeffx')
})

test('base64 that is cut off, folded or damaged is read as Buffer reads it', () => {
  const digit = fc.constantFrom(...'AZaz09+/-_ \n!')
  fc.assert(
    fc.property(fc.string({ unit: digit }), fc.constantFrom('', '=', '=='), (digits, end) => {
      assert.equal(fromBase64(digits + end), plain(Buffer.from(digits + end, 'base64')))
    }),
  )
})

test('long bytes are one text', () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i)
  assert.is(latin1Text(bytes), Buffer.from(bytes).toString('latin1'))
})

test('order and equality, wherever in memory the bytes are', () => {
  const few = fc.uint8Array({ max: 2, maxLength: 9 })
  fc.assert(
    fc.property(few, few, fc.nat(5), (a, b, shift) => {
      const moved = new Uint8Array(shift + b.length).subarray(shift)
      moved.set(b)
      assert.is(Math.sign(compare(a, moved)), Buffer.compare(a, moved))
      assert.is(equals(a, moved), Buffer.compare(a, moved) === 0)
      assert.is(equals(moved, b), true)
    }),
    { numRuns: 2000 },
  )
})

test('each byte counts for equality', () => {
  const bytes = new Uint8Array(11)
  for (let i = 0; i < bytes.length; i++) assert.not(equals(bytes, bytes.with(i, 1)), `byte ${i}`)
})

test('pieces in one array', () => {
  fc.assert(
    fc.property(fc.array(array), (pieces) => {
      assert.equal(concat(pieces), plain(Buffer.concat(pieces)))
    }),
  )
})
