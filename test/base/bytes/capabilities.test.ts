import * as assert from 'uvu/assert'
import { permitted } from '../../../src/base/bytes/capabilities.ts'
import { suite } from '../../support/suite.ts'

const test = suite('capabilities of files')

/** `security.capability` of revision 2: permitted and inheritable, low words and high ones (linux/capability.h). */
const attribute = (low: number, high = 0) => {
  const words = [0x02000001, low, 0, high, 0]
  return new Uint8Array(Uint32Array.from(words).buffer)
}

test('names by their numbers, in both words', () => {
  assert.equal(permitted(attribute(1 << 7)), ['setuid'])
  assert.equal(permitted(attribute((1 << 13) | (1 << 10))), ['net_bind_service', 'net_raw'])
  assert.equal(permitted(attribute(1 << 31, 1 << 7)), ['setfcap', 'bpf'])
  assert.equal(permitted(attribute(0, 1 << 20)), ['52'])
  assert.equal(permitted(attribute(0)), [])
})

test('what is cut off gives what is there', () => {
  assert.equal(permitted(attribute(1 << 7).subarray(0, 12)), ['setuid'])
  assert.equal(permitted(attribute(1 << 7).subarray(0, 6)), [])
  assert.equal(permitted(new Uint8Array()), [])
})
