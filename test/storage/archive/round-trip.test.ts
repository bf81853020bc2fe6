import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { decodeToFile } from '../../../src/storage/archive/decode.ts'
import { encodeFromFile } from '../../../src/storage/archive/encode.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { judged, KIB, MIB, put, refused, run, same, sampleImage, withPrograms } from './support.ts'

const test = suite('archive: whole files')
const image = sampleImage(1.25 * MIB + 777)
const limit = () => 64 * MIB
const KINDS = ['xz', 'zst', 'gz'] as const

for (const kind of KINDS) {
  test(`.${kind}: what is written is read by the real program, and back`, async () => {
    await inWorkdir(async (directory) => {
      const packed = join(directory, `a.img.${kind}`)
      const seen: Uint8Array[] = []
      const steps: number[] = []
      await encodeFromFile(put(directory, 'a.img', image), packed, kind, {
        onOutput: (bytes) => seen.push(Uint8Array.from(bytes)),
        onProgress: (done, total) => steps.push(done / total),
      })
      judged(packed, image)
      same(Buffer.concat(seen), readFileSync(packed), 'what was seen of the output')
      assert.is(steps.at(-1), 1)
      const unpacked = join(directory, 'b.img')
      const firsts: Uint8Array[] = []
      const { sourceHash } = await decodeToFile(packed, unpacked, {
        isHashed: true,
        limit: (first) => {
          firsts.push(first)
          return image.length
        },
      })
      same(readFileSync(unpacked), image, 'unpacked')
      assert.is(firsts.length, 1)
      same(firsts[0] ?? Buffer.alloc(0), image.subarray(0, MIB), 'the first MiB')
      assert.is(sourceHash, createHash('sha256').update(readFileSync(packed)).digest('hex'))
      assert.ok(statSync(unpacked).blocks * 512 < image.length - 256 * KIB, 'zeros are holes')
      assert.equal(readdirSync(directory).sort(), ['a.img', `a.img.${kind}`, 'b.img'].sort())
    })
  })

  test(`.${kind}: the same bytes whatever the settings of the user`, async () => {
    await inWorkdir(async (directory) => {
      const source = put(directory, 'a.img', image)
      await encodeFromFile(source, join(directory, 'one'), kind)
      const settings = { XZ_OPT: '-0', XZ_DEFAULTS: '-T1', ZSTD_CLEVEL: '9', ZSTD_NBTHREADS: '4', TZ: 'Asia/Tokyo' }
      Object.assign(process.env, settings)
      try {
        await encodeFromFile(source, join(directory, 'two'), kind)
      } finally {
        for (const name of Object.keys(settings)) delete process.env[name]
      }
      same(readFileSync(join(directory, 'two')), readFileSync(join(directory, 'one')), kind)
    })
  })
}

/** Archives as others make them. */
const FOREIGN: Record<string, (bytes: Buffer) => Buffer> = {
  'one block.xz': (bytes) => run('xz', ['-c', '-T1'], bytes),
  'blocks.xz': (bytes) => run('xz', ['-c', '-T2', '--block-size=256KiB'], bytes),
  'blocks without sizes.xz': (bytes) => run('xz', ['-c', '-T1', '--block-size=256KiB'], bytes),
  'no check.xz': (bytes) => run('xz', ['-c', '--check=none'], bytes),
  'crc32.xz': (bytes) => run('xz', ['-c', '--check=crc32'], bytes),
  'sha256.xz': (bytes) => run('xz', ['-c', '--check=sha256', '--block-size=1MiB'], bytes),
  'padded streams.xz': (bytes) =>
    Buffer.concat([
      run('xz', ['-c', '-0'], bytes.subarray(0, MIB)),
      Buffer.alloc(8),
      run('xz', ['-c', '--check=crc32', '--block-size=512KiB'], bytes.subarray(MIB)),
      Buffer.alloc(4),
    ]),
  'one frame.zst': (bytes) => run('zstd', ['-c', '-q'], bytes),
  'no checksum.zst': (bytes) => run('zstd', ['-c', '-q', '--no-check', '-19'], bytes),
  'frames.zst': (bytes) =>
    Buffer.concat([
      Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]),
      run('zstd', ['-c', '-q', '-1'], bytes.subarray(0, 100)),
      run('zstd', ['-c', '-q', '-9'], bytes.subarray(100, MIB)),
      run('zstd', ['-c', '-q', `--stream-size=${bytes.length - MIB}`], bytes.subarray(MIB)),
    ]),
  'members.gz': (bytes) =>
    Buffer.concat([run('gzip', ['-c', '-1'], bytes.subarray(0, 999)), run('gzip', ['-c'], bytes.subarray(999))]),
}

for (const [name, make] of Object.entries(FOREIGN)) {
  for (const programs of [['xz', 'zstd'], []]) {
    test(`${name} is decoded with ${programs.length === 0 ? 'no programs' : 'the programs'}`, async () => {
      await inWorkdir(async (directory) => {
        const packed = put(directory, name, make(image))
        const unpacked = join(directory, 'image')
        await withPrograms(directory, programs, () => decodeToFile(packed, unpacked, { limit }))
        same(readFileSync(unpacked), image, name)
      })
    })
  }
}

test('a filter before LZMA2 is for the xz program alone', async () => {
  await inWorkdir(async (directory) => {
    const packed = put(directory, 'a.xz', run('xz', ['-c', '--arm', '--delta=dist=4', '--lzma2=preset=1'], image))
    await decodeToFile(packed, join(directory, 'a.img'), { limit })
    same(readFileSync(join(directory, 'a.img')), image, 'with xz')
    await withPrograms(directory, [], () =>
      refused(() => decodeToFile(packed, join(directory, 'b.img'), { limit }), /a filter that only/, directory, [
        'a.img',
        'a.xz',
        'bin',
      ]),
    )
  })
})

test('an image of nothing but zeros, one smaller than a MiB, an empty one', async () => {
  for (const bytes of [Buffer.alloc(2 * MIB), image.subarray(0, 5), Buffer.alloc(0)]) {
    for (const kind of KINDS) {
      for (const programs of [['xz', 'zstd'], []]) {
        await inWorkdir(async (directory) => {
          const packed = join(directory, 'packed')
          await encodeFromFile(put(directory, 'a.img', bytes), packed, kind)
          await withPrograms(directory, programs, () => decodeToFile(packed, join(directory, 'b.img'), { limit }))
          same(readFileSync(join(directory, 'b.img')), bytes, `${bytes.length} ${kind}`)
        })
      }
    }
  }
})
