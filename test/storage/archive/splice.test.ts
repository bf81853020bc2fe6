import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { MemoryBytes } from '../../../src/base/bytes/memory-bytes.ts'
import { encodeFromFile } from '../../../src/storage/archive/encode.ts'
import { XzImage } from '../../../src/storage/archive/xz-image.ts'
import { spliceXz } from '../../../src/storage/archive/xz-splice.ts'
import { storedXz } from '../../../src/storage/archive/xz-stored.ts'
import { ZstImage } from '../../../src/storage/archive/zst-image.ts'
import { spliceZst } from '../../../src/storage/archive/zst-splice.ts'
import type { Extent } from '../../../src/storage/image/edit.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { judged, KIB, MIB, put, run, same, sampleImage, withPrograms } from './support.ts'

const test = suite('archive: splices')
/** Random edits of each kind of archive; more of them by a variable. */
const ROUNDS = Number(process.env.PIBAKE_SPLICES ?? 1)
const image = sampleImage(1.5 * MIB + 777, 2)

/** The image as it is after the edit. */
function edited(extents: readonly Extent[]): Buffer {
  const result = Buffer.from(image)
  for (const { offset, bytes } of extents) result.set(bytes, offset)
  return result
}

function openXz(path: string): XzImage {
  const opened = XzImage.open(path)
  if (opened === undefined) throw new Error(`${path} cannot be entered`)
  return opened
}

/** The archive with the edit in it, made without an encoder. */
function stored(base: XzImage, extents: readonly Extent[]): Buffer {
  const archive = readFileSync(base.path)
  const parts = storedXz(base, new MemoryBytes(image), extents)
  return Buffer.concat(Array.from(parts, (part) => ('from' in part ? archive.subarray(part.from, part.to) : part)))
}

function openZst(path: string): ZstImage {
  const opened = ZstImage.open(path)
  if (opened === undefined) throw new Error(`${path} cannot be entered`)
  return opened
}

function randomExtents(random: (below: number) => number): Extent[] {
  const extents: Extent[] = []
  for (let start = random(MIB / 2); start < image.length; start += random(MIB / 2)) {
    const length = Math.min(1 + random(random(4) === 0 ? 200 * KIB : 5000), image.length - start)
    const bytes = Buffer.from(Array.from({ length }, () => random(256)))
    extents.push({ offset: start, bytes: random(3) === 0 ? Buffer.alloc(length) : bytes })
    start += length
  }
  return extents.sort(() => random(3) - 1)
}

const LAYOUTS: readonly (readonly string[])[] = [
  ['-T2', '-0', '--block-size=64KiB'],
  ['-T2', '-6', '--block-size=700KiB'],
  ['-T1', '-3', '--check=crc32', '--block-size=300KiB'],
  ['-T2', '-1', '--check=sha256', '--block-size=512KiB'],
  ['-T2', '-0', '--check=none', '--block-size=1MiB'],
  ['-T2', '--block-size=512KiB', '--delta=dist=4', '--lzma2=preset=0'],
]

for (const layout of LAYOUTS) {
  test(`xz ${layout.join(' ')}: reads anywhere; random edits give what the same edits of the image give`, async () => {
    await inWorkdir(async (directory) => {
      const random = seeded(layout.join('').length)
      const base = openXz(put(directory, 'a.xz', run('xz', ['-c', ...layout], image)))
      assert.is(base.size, image.length)
      for (let round = 0; round < 12; round++) {
        const offset = random(image.length)
        const length = random(Math.min(image.length - offset, 700 * KIB))
        same(base.read(offset, length), image.subarray(offset, offset + length), `${offset}+${length}`)
      }
      for (let round = 0; round < ROUNDS; round++) {
        const extents = randomExtents(random)
        const out = join(directory, `${round}.xz`)
        const seen: Uint8Array[] = []
        await spliceXz(base, extents, out, { onOutput: (bytes) => seen.push(Uint8Array.from(bytes)) })
        judged(out, edited(extents))
        same(Buffer.concat(seen), readFileSync(out), 'what was seen of the output')
        judged(put(directory, 'stored.xz', stored(base, extents)), edited(extents))
        // What came out can go in again.
        const again = openXz(out)
        same(again.read(0, again.size), edited(extents), 'read back')
        await spliceXz(again, [{ offset: 0, bytes: image }], join(directory, 'back.xz'))
        judged(join(directory, 'back.xz'), image)
        again.close()
        run('rm', [out, join(directory, 'back.xz'), join(directory, 'stored.xz')], Buffer.alloc(0))
      }
      base.close()
      assert.equal(readdirSync(directory), ['a.xz'])
    })
  })
}

test('xz: blocks that are not touched, and chunks before the first change, are carried over', async () => {
  await inWorkdir(async (directory) => {
    const noise = sampleImage(3 * MIB, 5)
    const archive = run('xz', ['-c', '-T2', '-6', '--block-size=1MiB'], noise)
    const base = openXz(put(directory, 'a.xz', archive))
    const [first, second, third] = base.units
    assert.ok(first !== undefined && second !== undefined && third !== undefined && second.layout.chunks.length > 3)
    const offset = MIB + 900 * KIB
    await spliceXz(base, [{ offset, bytes: Buffer.from('changed') }], join(directory, 'b.xz'))
    const result = readFileSync(join(directory, 'b.xz'))
    const holds = (start: number, end: number) => result.includes(archive.subarray(start, end))
    assert.ok(holds(first.offset, first.offset + first.length))
    assert.ok(holds(third.offset, third.offset + third.length))
    const kept = second.layout.chunks.findLast(({ position }) => MIB + position <= offset)
    assert.ok(kept !== undefined && kept.position > 500 * KIB)
    assert.ok(holds(second.layout.start, kept.offset))
    const expected = Buffer.from(noise)
    expected.write('changed', offset)
    judged(join(directory, 'b.xz'), expected)
    base.close()
  })
})

test('xz: a large block is coded again in pieces', async () => {
  await inWorkdir(async (directory) => {
    const large = Buffer.alloc(20 * MIB)
    for (let start = 0; start < large.length; start += 5 * MIB) large.set(image, start)
    const base = openXz(put(directory, 'a.xz', run('xz', ['-c', '-T2', '-0', '--block-size=19MiB'], large)))
    const extents = [{ offset: 9, bytes: Buffer.from('changed') }]
    for (const encoders of [1, 2]) await spliceXz(base, extents, join(directory, `${encoders}.xz`), { encoders })
    large.write('changed', 9)
    judged(join(directory, '2.xz'), large)
    same(readFileSync(join(directory, '1.xz')), readFileSync(join(directory, '2.xz')), 'one encoder and two')
    const made = openXz(join(directory, '2.xz'))
    assert.equal(
      made.units.map(({ size }) => size / MIB),
      [8, 8, 3, 1],
    )
    base.close()
    made.close()
  })
})

test('xz: one encoder and two write the same bytes', async () => {
  await inWorkdir(async (directory) => {
    const base = openXz(put(directory, 'a.xz', run('xz', ['-c', '-T2', '-0', '--block-size=256KiB'], image)))
    const extents = randomExtents(seeded(9))
    for (const encoders of [1, 2]) await spliceXz(base, extents, join(directory, `${encoders}`), { encoders })
    same(readFileSync(join(directory, '1')), readFileSync(join(directory, '2')), 'xz')
    base.close()
  })
})

test('xz: an edit of nothing gives the file itself', async () => {
  await inWorkdir(async (directory) => {
    const archive = run('xz', ['-c', '-T2', '-0', '--block-size=256KiB'], image)
    const base = openXz(put(directory, 'a.xz', archive))
    await spliceXz(base, [], join(directory, 'b.xz'))
    same(readFileSync(join(directory, 'b.xz')), archive, 'xz')
    base.close()
  })
})

test('xz: files that cannot be entered anywhere', async () => {
  await inWorkdir(async (directory) => {
    const blocks = run('xz', ['-c', '-T2', '-0', '--block-size=256KiB'], image)
    assert.is(XzImage.open(put(directory, 'one block', run('xz', ['-c', '-T1', '-0'], image))), undefined)
    assert.is(XzImage.open(put(directory, 'two streams', Buffer.concat([blocks, blocks]))), undefined)
    assert.is(XzImage.open(put(directory, 'padded', Buffer.concat([blocks, Buffer.alloc(4)]))), undefined)
    const fine = put(directory, 'fine', blocks)
    await withPrograms(directory, [], () => assert.is(XzImage.open(fine), undefined))
  })
})

for (const programs of [['zstd'], []]) {
  test(`zst with ${programs[0] ?? 'no program'}: reads anywhere`, async () => {
    await inWorkdir(async (directory) => {
      const random = seeded(3)
      const packed = join(directory, 'a.zst')
      await encodeFromFile(put(directory, 'a.img', image), packed, 'zst')
      const base = openZst(packed)
      await withPrograms(directory, programs, () => {
        for (let round = 0; round < 10; round++) {
          const offset = random(image.length)
          const length = random(image.length - offset)
          same(base.read(offset, length), image.subarray(offset, offset + length), `${offset}+${length}`)
        }
      })
      base.close()
    })
  })
}

test('zst: random edits give what the same edits of the image give', async () => {
  await inWorkdir(async (directory) => {
    const packed = join(directory, 'a.zst')
    await encodeFromFile(put(directory, 'a.img', image), packed, 'zst')
    const base = openZst(packed)
    for (let round = 0; round < 3; round++) {
      const extents = randomExtents(seeded(round))
      const out = join(directory, `${round}.zst`)
      await spliceZst(base, extents, out)
      judged(out, edited(extents))
      // The same as if the edited image had been packed.
      await encodeFromFile(put(directory, 'b.img', edited(extents)), join(directory, `whole ${round}.zst`), 'zst')
      same(readFileSync(out), readFileSync(join(directory, `whole ${round}.zst`)), 'spliced and whole')
    }
    base.close()
  })
})

test('zst: a file without a table is to be decoded as a whole', async () => {
  await inWorkdir((directory) => {
    assert.is(ZstImage.open(put(directory, 'a.zst', run('zstd', ['-c', '-q'], image))), undefined)
    assert.is(ZstImage.open(put(directory, 'b.zst', Buffer.from('short'))), undefined)
  })
})
