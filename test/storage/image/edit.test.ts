import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { Part, UNIT } from '../../../src/base/bytes/bytes.ts'
import { TruncatedError } from '../../../src/base/errors.ts'
import { Edit } from '../../../src/storage/image/edit.ts'
import { MemoryBytes } from '../../support/memory-bytes.ts'
import { suite } from '../../support/suite.ts'

const test = suite('an edit held in memory')

const SIZE = 200_000
const base = () => Uint8Array.from({ length: SIZE }, (_, i) => (i * 2654435761) >>> 24)

const step = fc.record({
  offset: fc.nat(SIZE),
  length: fc.oneof(fc.nat(600), fc.nat(SIZE)),
  isWrite: fc.boolean(),
  /** Undefined: what is there is written again. */
  value: fc.option(fc.nat(255), { nil: undefined }),
})

test('it reads as a plain array that is written to does, and its extents make the base that array', () =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(3000), (steps, start) => {
      const memory = new MemoryBytes(base())
      const edit = new Edit(memory)
      const part = new Part(edit, start, SIZE - start)
      const model = base()
      for (const { offset: wished, length: long, isWrite, value } of steps) {
        const offset = Math.min(wished, part.size)
        const length = Math.min(long, part.size - offset)
        const there = model.subarray(start + offset, start + offset + length)
        assert.is(Buffer.compare(part.read(offset, length), there), 0)
        const into = new Uint8Array(length)
        part.readInto(into, offset)
        assert.is(Buffer.compare(into, there), 0)
        if (!isWrite) continue
        const bytes = value === undefined ? there.slice() : new Uint8Array(length).fill(value)
        part.write(offset, bytes)
        model.set(bytes, start + offset)
        assert.is(Buffer.compare(edit.read(0, SIZE), model), 0)
      }
      assert.is(Buffer.compare(memory.bytes, base()), 0, 'the base stays as it is')
      let end = 0
      for (const { offset, bytes } of edit.extents()) {
        assert.ok(offset >= end && bytes.length > 0, 'sorted, apart from each other')
        end = offset + bytes.length
        memory.bytes.set(bytes, offset)
      }
      assert.is(Buffer.compare(memory.bytes, model), 0)
    }),
    { numRuns: 60 },
  ))

test('what was read is never written to, and what is written as it was is no change', () => {
  const memory = new MemoryBytes(base())
  const edit = new Edit(memory)
  const long = edit.read(10, 150_000)
  edit.write(20, Uint8Array.of(1, 2, 3))
  assert.is(Buffer.compare(long, base().subarray(10, 150_010)), 0)
  edit.write(20, base().subarray(20, 23))
  edit.write(100_000, base().subarray(100_000))
  assert.equal(edit.extents(), [])
})

test('neighbouring pages are one extent, and a long one is cut', () => {
  const edit = new Edit(new MemoryBytes(new Uint8Array(12 * 1024 * 1024)))
  edit.write(4000, new Uint8Array(200).fill(1))
  assert.equal(
    edit.extents().map(({ offset, bytes }) => [offset, bytes.length]),
    [[0, 8192]],
  )
  edit.write(0, new Uint8Array(edit.size).fill(1))
  assert.equal(
    edit.extents().map(({ bytes }) => bytes.length),
    [4, 4, 4].map((mib) => mib * 1024 * 1024),
  )
})

test('the units that are written to are known, and no others', () => {
  const edit = new Edit({ size: 4 * UNIT, read: (_, length) => new Uint8Array(length) })
  const part = new Part(edit, UNIT / 2, 3 * UNIT)
  part.write(0, Uint8Array.of(1))
  assert.ok(part.isTouched(0, UNIT / 2))
  assert.not(part.isTouched(0, UNIT / 2 + 1))
  assert.not(part.isTouched(UNIT, 1))
  edit.write(2 * UNIT - 1, Uint8Array.of(1, 1))
  assert.ok(part.isTouched(0, 2 * UNIT))
})

test('nothing reaches beyond the end', () => {
  const edit = new Edit(new MemoryBytes(base()))
  const part = new Part(edit, 100, 1000)
  const cut = (error: Error) => error instanceof TruncatedError
  assert.throws(() => edit.read(SIZE, 1), cut)
  assert.throws(() => edit.write(SIZE - 1, new Uint8Array(2)), cut)
  assert.throws(() => edit.read(-1, 1), cut)
  assert.throws(() => part.read(1000, 1), cut)
  assert.throws(() => part.write(999, new Uint8Array(2)), cut)
  assert.throws(() => new Part(edit, SIZE - 1, 2), cut)
  assert.is(edit.read(SIZE, 0).length, 0)
})
