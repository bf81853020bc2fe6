import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { BLOCK, VerityBuilder, type VerityTree } from '../../../src/storage/delta/verity.ts'
import { layInto } from '../../../src/storage/image/edit.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('fs-verity: the tree of digests of an image')

/** One block of digests, and so on: where a level gets another block, and where the tree grows. */
const SIZES = [
  0,
  1,
  4095,
  4096,
  4097,
  128 * BLOCK - 1,
  128 * BLOCK,
  128 * BLOCK + 1,
  300 * BLOCK,
  128 * 128 * BLOCK + 5,
]

const random = seeded(19)

/** Some noise in each block, and some blocks of zeros. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let i = random(99); i < size; i += 1 + random(2 * BLOCK)) bytes[i] = random(256)
  for (let i = 0; i < size; i += BLOCK * (1 + random(5))) bytes.fill(0, i, i + BLOCK)
  return bytes
}

/** Built of pieces of any length. */
function treeOf(bytes: Uint8Array): VerityTree {
  const builder = new VerityBuilder(bytes.length)
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + 1 + random(3 * BLOCK))
    builder.update(piece)
    at += piece.length
  }
  return builder.tree()
}

/** What fsverity(1) says of the bytes. */
function judged(work: string, bytes: Uint8Array): string {
  const file = join(work, 'image')
  writeFileSync(file, bytes)
  const { status, stdout, stderr } = spawnSync('fsverity', ['digest', '--compact', file], { encoding: 'utf8' })
  assert.is(status, 0, stderr)
  return `sha256:${stdout.trim()}`
}

test('fsverity says the same of images of every shape, before and after an edit', () =>
  inWorkdir((work) => {
    for (const size of SIZES) {
      const bytes = noise(size)
      const tree = treeOf(bytes)
      assert.is(tree.digest(), judged(work, bytes), `${size} bytes`)
      const blocks = Math.ceil(size / BLOCK)
      const chosen = [...new Set([0, blocks - 1, random(blocks || 1), random(blocks || 1)])].filter(
        (i) => i >= 0 && i < blocks,
      )
      const extents = chosen
        .sort((a, b) => a - b)
        .map((i) => ({ offset: i * BLOCK, bytes: noise(Math.min(BLOCK, size - i * BLOCK)).fill(7, 0, 9) }))
      const edited = bytes.slice()
      layInto(edited, 0, extents)
      assert.is(tree.digest(extents), judged(work, edited), `${size} bytes, edited`)
      assert.is(tree.digest(), judged(work, bytes), 'the tree is that of the base still')
    }
  }))

test('an image that is shorter or longer than it should be has no tree', () => {
  const builder = new VerityBuilder(5000)
  builder.update(new Uint8Array(4999))
  assert.throws(() => builder.tree(), /4999 of 5000/)
})
