import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { PlainFile } from '../../../src/base/disk/plain-file.ts'
import { EditedBytes, edited } from '../../../src/storage/image/edited-bytes.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('an edited image that no file has yet')

const base = Buffer.from(Array.from({ length: 4096 }, (_, index) => index & 255))
const extents = [
  { offset: 0, bytes: Buffer.from('start') },
  { offset: 1000, bytes: Buffer.alloc(600, 'x') },
  { offset: 1600, bytes: Buffer.from('touching') },
  { offset: 4090, bytes: Buffer.from('at end') },
]
const whole = Buffer.from(base)
for (const { offset, bytes } of extents) bytes.copy(whole, offset)

test('every range of it is that of the base with the edit in it, and the base stays', async () => {
  await inWorkdir(async (directory) => {
    writeFileSync(join(directory, 'base.img'), base)
    const file = new PlainFile(join(directory, 'base.img'))
    try {
      const image = new EditedBytes(file, extents)
      assert.is(image.size, base.length)
      for (let start = 0; start < base.length; start += 97) {
        for (const length of [0, 1, 5, 300, 1500, base.length - start]) {
          if (start + length > base.length) continue
          const expected = whole.subarray(start, start + length)
          assert.equal(Buffer.from(image.read(start, length)), expected, `${length} at ${start}`)
          assert.equal(Buffer.from(edited(base.subarray(start, start + length), start, extents)), expected)
        }
      }
      assert.throws(() => image.read(4090, 7))
      assert.equal(Buffer.from(file.read(0, base.length)), base)
    } finally {
      file.close()
    }
  })
})
