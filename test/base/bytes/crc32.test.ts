import { crc32 as ofZlib } from 'node:zlib'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { crc32 } from '../../../src/base/bytes/crc32.ts'
import { suite } from '../../support/suite.ts'

const test = suite('CRC-32')

test('the check value of the catalogue, and the same as zlib', () => {
  assert.is(crc32(new TextEncoder().encode('123456789')), 0xcbf43926)
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.is(crc32(bytes), ofZlib(bytes))))
})
