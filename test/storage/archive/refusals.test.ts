import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Interrupted } from '../../../src/base/errors.ts'
import { decodeToFile } from '../../../src/storage/archive/decode.ts'
import { encodeFromFile } from '../../../src/storage/archive/encode.ts'
import { streamEnd, streamHeader } from '../../../src/storage/archive/xz-format.ts'
import { XzImage } from '../../../src/storage/archive/xz-image.ts'
import { spliceXz } from '../../../src/storage/archive/xz-splice.ts'
import { ZstImage } from '../../../src/storage/archive/zst-image.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { MIB, put, refused, run, same, sampleImage, withPrograms } from './support.ts'

const test = suite('archive: refusals')
const image = sampleImage(1.25 * MIB, 3)
const limit = () => 64 * MIB

const ARCHIVES = {
  xz: run('xz', ['-c', '-T2', '-0', '--block-size=512KiB'], image),
  'one-block.xz': run('xz', ['-c', '-T1', '-0'], image),
  zst: run('zstd', ['-c', '-q', '-1'], image),
  gz: run('gzip', ['-c', '-1'], image),
}

/** With the programs and without them. */
async function eachWay(use: (programs: readonly string[]) => Promise<void>): Promise<void> {
  for (const programs of [['xz', 'zstd'], []]) await use(programs)
}

function refusedDecoding(bytes: Uint8Array, programs: readonly string[], message: RegExp, most = 64 * MIB) {
  return inWorkdir(async (directory) => {
    const packed = put(directory, 'packed', bytes)
    await withPrograms(directory, programs, () =>
      refused(() => decodeToFile(packed, join(directory, 'image'), { limit: () => most }), message, directory, [
        'bin',
        'packed',
      ]),
    )
  })
}

for (const [name, archive] of Object.entries(ARCHIVES)) {
  test(`${name}: truncated anywhere`, async () => {
    await eachWay(async (programs) => {
      for (const length of [20, archive.length >> 1, archive.length - 9, archive.length - 4, archive.length - 1]) {
        await refusedDecoding(archive.subarray(0, length), programs, /truncated|damaged|not a whole/)
      }
    })
  })

  test(`${name}: something behind its end`, async () => {
    await eachWay(async (programs) => {
      for (const more of ['g', 'garbage', 'garbage that is longer than every header and footer']) {
        await refusedDecoding(Buffer.concat([archive, Buffer.from(more)]), programs, /follows its end|damaged/)
      }
    })
  })

  test(`${name}: a bit is wrong`, async () => {
    const random = seeded(name.length)
    await eachWay(async (programs) => {
      for (let round = 0; round < 4; round++) {
        const bytes = Buffer.from(archive)
        // Not in the head of a .gz, whose time and system are free to be anything.
        const at = 10 + random(bytes.length - 10)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
        await refusedDecoding(bytes, programs, /damaged|not a whole|cannot be decoded|says/)
      }
    })
  })

  test(`${name}: more than the limit`, async () => {
    await eachWay(async (programs) => {
      await refusedDecoding(archive, programs, /more than the \d+ bytes/, image.length - 1)
    })
  })
}

test('bombs of zeros end at the limit, even when their index lies', async () => {
  const zeros = Buffer.alloc(64 * MIB)
  const bomb = run('xz', ['-c', '-0'], zeros)
  // The block of the bomb with an index that speaks of one MiB.
  const unpadded = unpaddedSize(bomb)
  const lie = Buffer.concat([
    streamHeader({ name: 'crc64', id: 4, size: 8 }),
    bomb.subarray(12, 12 + unpadded + ((4 - (unpadded % 4)) % 4)),
    streamEnd({ name: 'crc64', id: 4, size: 8 }, [{ unpadded, size: MIB }]),
  ])
  await eachWay(async (programs) => {
    await refusedDecoding(bomb, programs, /more than/, 32 * MIB)
    await refusedDecoding(lie, programs, /damaged/, 32 * MIB)
    await refusedDecoding(run('zstd', ['-c', '-q'], zeros), programs, /more than/, 32 * MIB)
    await refusedDecoding(run('gzip', ['-c'], zeros), programs, /more than/, 32 * MIB)
  })
})

/** Bytes of the only block of an .xz file, without padding, as its index has it. */
function unpaddedSize(archive: Buffer): number {
  const index = archive.length - 12 - (archive.readUInt32LE(archive.length - 8) + 1) * 4
  let unpadded = 0
  for (let at = index + 2, factor = 1; ; at++, factor *= 128) {
    const byte = archive[at] ?? 0
    unpadded += (byte & 127) * factor
    if (byte < 128) return unpadded
  }
}

test('a file that wants too much memory', async () => {
  await eachWay(async (programs) => {
    await refusedDecoding(
      run('zstd', ['-c', '-q', '--long=30', '--ultra', '-1'], image),
      programs,
      /memory|Window size/,
    )
  })
  await refusedDecoding(run('xz', ['-c', '--lzma2=preset=0,dict=1GiB'], image), ['xz'], /Memory usage limit/)
  await refusedDecoding(run('xz', ['-c', '--lzma2=preset=0,dict=1GiB'], image), [], /memory/)
})

test('what is no archive', async () => {
  await refusedDecoding(image, ['xz'], /neither .xz nor .zst nor .gz/)
  await refusedDecoding(Buffer.alloc(0), ['xz'], /neither/)
})

test('xz: a damaged file is not entered; damage in a block is met when it is read', async () => {
  await inWorkdir(async (directory) => {
    const archive = ARCHIVES.xz
    for (const at of [3, 9, 13, 20, archive.length - 14, archive.length - 3]) {
      const bytes = Buffer.from(archive)
      bytes[at] = (bytes[at] ?? 0) ^ 0x10
      await refused(() => XzImage.open(put(directory, 'a.xz', bytes)), /damaged|not a whole/, directory, ['a.xz'])
    }
    for (const length of [0, 11, 24, archive.length - 4]) {
      const path = put(directory, 'a.xz', archive.subarray(0, length))
      await refused(() => XzImage.open(path), /not a whole/, directory, ['a.xz'])
    }
    const bytes = Buffer.from(archive)
    bytes[600] = (bytes[600] ?? 0) ^ 0x10
    const opened = XzImage.open(put(directory, 'a.xz', bytes))
    assert.ok(opened !== undefined)
    same(opened.read(MIB, 100), image.subarray(MIB, MIB + 100), 'a block that is not damaged')
    await refused(() => opened.read(0, 1), /xz says/, directory, ['a.xz'])
    const extents = [{ offset: 5, bytes: Buffer.from('x') }]
    await refused(() => spliceXz(opened, extents, join(directory, 'b.xz')), /xz says/, directory, ['a.xz'])
    opened.close()
  })
})

test('zst: a table that does not fit, a frame that is damaged', async () => {
  await inWorkdir(async (directory) => {
    const packed = join(directory, 'a.zst')
    await encodeFromFile(put(directory, 'a.img', image), packed, 'zst')
    const archive = readFileSync(packed)
    const change = (at: number) => {
      const bytes = Buffer.from(archive)
      bytes[at] = (bytes[at] ?? 0) ^ 0x10
      return put(directory, 'b.zst', bytes)
    }
    for (const fromEnd of [5, 9, 14, 17]) {
      await refused(() => ZstImage.open(change(archive.length - fromEnd)), /table of frames/, directory, [
        'a.img',
        'a.zst',
        'b.zst',
      ])
    }
    const opened = ZstImage.open(change(5000))
    assert.ok(opened !== undefined)
    await eachWay((programs) =>
      withPrograms(directory, programs, () =>
        refused(() => opened.read(0, 1), /damaged|says/, directory, ['a.img', 'a.zst', 'b.zst', 'bin']),
      ),
    )
    opened.close()
  })
})

test('without an encoder .xz is refused before anything is written', async () => {
  await inWorkdir(async (directory) => {
    const source = put(directory, 'a.img', image)
    await withPrograms(directory, [], () =>
      refused(() => encodeFromFile(source, join(directory, 'a.xz'), 'xz'), /no xz program/, directory, [
        'a.img',
        'bin',
      ]),
    )
  })
})

test('an abort, before and in the middle, leaves nothing, no process either', async () => {
  const noise = sampleImage(6 * MIB, 4)
  await inWorkdir(async (directory) => {
    const source = put(directory, 'a.img', noise)
    for (const kind of ['xz', 'zst', 'gz'] as const) {
      const packed = join(directory, `a.${kind}`)
      await encodeFromFile(source, packed, kind, { level: 1 })
      for (const milliseconds of [0, 15, 40]) {
        await interrupted(directory, milliseconds, (signal) =>
          decodeToFile(packed, join(directory, 'b'), { limit, signal, isHashed: true }),
        )
        await interrupted(directory, milliseconds, (signal) =>
          encodeFromFile(source, join(directory, 'b'), kind, { signal, level: 9 }),
        )
      }
    }
    const base = XzImage.open(put(directory, 'c.xz', run('xz', ['-c', '-T2', '-6', '--block-size=1MiB'], noise)))
    assert.ok(base !== undefined)
    const extents = Array.from({ length: 6 }, (_, index) => ({ offset: index * MIB + 5, bytes: Buffer.from('x') }))
    await interrupted(directory, 60, (signal) => spliceXz(base, extents, join(directory, 'b'), { signal }))
    base.close()
  })
})

/** The work either was done before the abort, or ends in Interrupted and leaves no file. */
async function interrupted(
  directory: string,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const before = readdirSync(directory)
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), milliseconds)
  if (milliseconds === 0) stop.abort()
  try {
    await work(stop.signal)
    assert.ok(milliseconds > 0)
    run('rm', [join(directory, 'b')], Buffer.alloc(0))
  } catch (error) {
    assert.instance(error, Interrupted)
  } finally {
    clearTimeout(timer)
  }
  assert.equal(readdirSync(directory), before)
  const children = run('ps', ['-o', 'comm=', '--ppid', `${process.pid}`], Buffer.alloc(0)).toString()
  assert.not.match(children, /^(xz|zstd)$/m)
}
