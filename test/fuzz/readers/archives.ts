import { execFileSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlainFile } from '../../../src/base/disk/plain-file.ts'
import { TargetError } from '../../../src/base/errors.ts'
import { decodeToFile } from '../../../src/storage/archive/decode.ts'
import { decodeGz } from '../../../src/storage/archive/decode-gz.ts'
import { assertPortable, decodeXzPortably } from '../../../src/storage/archive/decode-xz-portably.ts'
import type { Decoding } from '../../../src/storage/archive/decoding.ts'
import { readSeekTable, seekTable } from '../../../src/storage/archive/seek-table.ts'
import { readBlock } from '../../../src/storage/archive/xz-block.ts'
import { readXzIndex } from '../../../src/storage/archive/xz-index.ts'
import { readFrames } from '../../../src/storage/archive/zst-frame.ts'
import { decodeFramePortably } from '../../../src/storage/archive/zstd-portable.ts'
import { imageLimit } from '../../../src/storage/image/partitions.ts'
import { sampleImage } from '../../storage/archive/support.ts'
import { MemoryBytes } from '../../support/memory-bytes.ts'
import { byteMutations } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'
import { repairXz } from '../repair.ts'

const LIMIT = 4 * 1024 * 1024
const image = sampleImage(300 * 1024)
const small = Buffer.from('Raspberry Pi '.repeat(300))

const packed = (command: string, args: readonly string[], input: Uint8Array) =>
  Uint8Array.from(execFileSync(command, args, { input, stdio: ['pipe', 'pipe', 'inherit'] }))

const xz = [
  packed('xz', ['-c', '-T2', '-0', '--block-size=1KiB'], small),
  packed('xz', ['-c', '-T1', '-0', '--check=sha256'], small),
  packed('xz', ['-c', '-0', '--check=none', '--x86', '--lzma2=preset=0'], small),
]
const zstFrames = [small.subarray(0, 1500), small.subarray(1500)].map((piece) =>
  packed('zstd', ['-c', '-q', '--no-check', `--stream-size=${piece.length}`], piece),
)
const table = seekTable(zstFrames.map(({ length }, i) => ({ length, size: i === 0 ? 1500 : small.length - 1500 })))
const zst = [Buffer.concat([...zstFrames, table]), packed('zstd', ['-c', '-q', '-19'], small)]
const gz = [packed('gzip', ['-c', '-1'], small), packed('gzip', ['-c', '-9'], image.subarray(0, 4096))]

/** A decoder that reads a file and writes another one. */
async function decoding(input: Uint8Array, folder: string, decode: (one: Decoding) => Promise<void>): Promise<void> {
  const path = join(folder, 'packed')
  writeFileSync(path, input)
  const source = new PlainFile(path)
  const fd = openSync(join(folder, 'image'), 'w')
  try {
    await decode({ source, path, fd, limit: () => LIMIT })
  } finally {
    closeSync(fd)
    source.close()
  }
}

/** What an image may be packed in. */
export const archiveReaders: readonly FuzzedReader[] = [
  {
    name: 'xz index',
    seeds: xz,
    mutate: byteMutations(repairXz),
    read: (input) => {
      const file = new MemoryBytes(input)
      const { streams } = readXzIndex(file, 'a.xz')
      return streams.map(({ check, blocks }) => blocks.map((block) => readBlock(file, block, check)))
    },
  },
  {
    name: 'xz decoder',
    seeds: xz,
    mutate: byteMutations(repairXz),
    share: 0.3,
    read: (input, folder) =>
      decoding(input, folder, (one) => {
        const index = readXzIndex(one.source, one.path)
        for (const { check, blocks } of index.streams) {
          for (const block of blocks) {
            const layout = readBlock(one.source, block, check)
            if (layout === undefined) throw new TargetError('not what the index says')
            assertPortable(one.path, layout)
          }
        }
        return decodeXzPortably(index, one)
      }),
  },
  {
    name: 'zst',
    seeds: zst,
    mutate: byteMutations(),
    read: (input) => {
      const file = new MemoryBytes(input)
      let size = 0
      for (const frame of readFrames(file, 'a.zst')) {
        for (const bytes of decodeFramePortably(file, frame, 'a.zst')) {
          size += bytes.length
          if (size > LIMIT) throw new TargetError('too large')
        }
      }
      return readSeekTable(file, 'a.zst')
    },
  },
  {
    name: 'gzip',
    seeds: gz,
    mutate: byteMutations(),
    share: 0.3,
    read: (input, folder) => decoding(input, folder, decodeGz),
  },
  {
    name: 'archive by programs',
    seeds: [...xz, ...zst, ...gz],
    mutate: byteMutations(repairXz),
    share: 0.02,
    read: async (input, folder) => {
      const path = join(folder, 'packed')
      writeFileSync(path, input)
      await decodeToFile(path, join(folder, 'image'), { limit: (first) => Math.max(LIMIT, imageLimit(first, path)) })
    },
  },
]
