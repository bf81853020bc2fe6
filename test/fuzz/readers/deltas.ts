import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hex } from '../../../src/base/host/bytes.ts'
import { sha256 } from '../../../src/base/host/hash.ts'
import { seekTable } from '../../../src/storage/archive/seek-table.ts'
import { deltaMisfit, readDelta } from '../../../src/storage/delta/delta-file.ts'
import { VerityBuilder } from '../../../src/storage/delta/verity.ts'
import type { FuzzedReader } from '../reader.ts'
import { textReader } from '../tree-reader.ts'

const MOST_IN_BLOCK = 128 * 1024

const changed = 'x'.repeat(4096)
const head = (ranges: readonly object[], more: object = {}) =>
  JSON.stringify({
    schema: 'pibake.delta/1',
    bytes: 10_000,
    base: `sha256:${'0'.repeat(64)}`,
    result: `sha256:${'0'.repeat(64)}`,
    ranges,
    ...more,
  })
const range = (offset: number, text: string) => ({ offset, bytes: text.length, sha256: hex(sha256(Buffer.from(text))) })
const seeds = [
  `${head([range(0, changed)])}\n${changed}`,
  `${head([range(4096, changed), range(8192, 'y'.repeat(1808))])}\n${changed}${'y'.repeat(1808)}`,
  `${head([])}\n`,
]

/** A frame whose blocks are not packed (RFC 8878, 3.1.1), and the table of it: what is mutated is what is inside. */
function unpackedZst(content: Uint8Array): Uint8Array {
  const start = Buffer.alloc(9)
  start.writeUInt32LE(0xfd2fb528)
  // A single segment, the size of the content in four bytes, no checksum.
  start[4] = 0xa0
  start.writeUInt32LE(content.length, 5)
  const count = Math.max(1, Math.ceil(content.length / MOST_IN_BLOCK))
  const blocks = Array.from({ length: count }, (_, i) => {
    const piece = content.subarray(i * MOST_IN_BLOCK, (i + 1) * MOST_IN_BLOCK)
    const own = Buffer.alloc(3)
    own.writeUIntLE((piece.length << 3) | (i === count - 1 ? 1 : 0), 0, 3)
    return Buffer.concat([own, piece])
  })
  const frame = Buffer.concat([start, ...blocks])
  return Buffer.concat([frame, seekTable([{ length: frame.length, size: content.length }])])
}

/** Deltas of a fleet: the line that says what is in them, and the bytes behind it. */
export const deltaReader: FuzzedReader = textReader({
  name: 'delta',
  seeds,
  words: [
    '-1',
    '1e400',
    '9007199254740993',
    '4096',
    '"ranges":[',
    '{"offset":0,',
    'null',
    '\\u0000',
    '"__proto__":',
    '}\n',
  ],
  read: (input, folder) => {
    const file = join(folder, 'a.delta')
    writeFileSync(file, unpackedZst(input))
    const tree = new VerityBuilder(10_000)
    tree.update(new Uint8Array(10_000))
    return deltaMisfit(readDelta(file), tree.tree())
  },
})
