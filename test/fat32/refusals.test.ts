import { execFileSync } from 'node:child_process'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Fat32, openFat32 } from '../../src/fat32/fat32.ts'
import type { Bytes } from '../../src/image/bytes.ts'
import { Edit } from '../../src/image/edit.ts'
import { SpaceError, TargetError } from '../../src/tree/tree.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { EPOCH, FatImage, META, MIB } from './support/fat-image.ts'
import { seeded } from './support/seeded.ts'

const test = suite('FAT32: what is refused')

/** `PIBAKE_FAT_FUZZ=1000` for a long run. */
const ROUNDS = Number(process.env.PIBAKE_FAT_FUZZ ?? 4) * 150
const FAT = 32 * 512
const SIZE = 36 * MIB
/** All that the small file system holds lies in its first part; behind it are zeros. */
const HEAD = 2 * MIB

/** `head` as bytes; of an image whose head it is if it has that length. */
function bytesOf(head: Uint8Array): Bytes {
  return {
    size: head.length === HEAD ? SIZE : head.length,
    read: (offset, length) => {
      const result = new Uint8Array(length)
      result.set(head.subarray(offset, offset + length))
      return result
    },
  }
}

const open = (head: Uint8Array) => openFat32(new Edit(bytesOf(head)), { label: 'boot', epoch: EPOCH })

/** A small file system: root directory in cluster 2, and where its parts are. */
async function onBytes(
  use: (bytes: Uint8Array, place: { fatSize: number; cluster: (number: number) => number }) => void,
): Promise<void> {
  await inWorkdir((work) => {
    const image = new FatImage(work, { size: SIZE, perCluster: 1 })
    image.fill({
      'config.txt': 'x'.repeat(1300),
      'overlays/a.dtbo': 'a'.repeat(3000),
      'overlays/deep/b.dtbo': 'b',
      c: 'c'.repeat(600),
    })
    const bytes = new Uint8Array(readFileSync(image.path)).slice(0, HEAD)
    const fatSize = new DataView(bytes.buffer).getUint32(36, true) * 512
    use(bytes, { fatSize, cluster: (number) => FAT + 2 * fatSize + (number - 2) * 512 })
  })
}

/** A copy with some numbers changed, in both tables if `at` is an entry of theirs. */
function changed(bytes: Uint8Array, change: (fields: DataView, copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice()
  change(new DataView(copy.buffer), copy)
  return copy
}

function refuses(bytes: Uint8Array, why: RegExp, use: (fat: Fat32) => void = () => undefined): void {
  const before = Buffer.from(bytes)
  assert.throws(
    () => use(open(bytes)),
    (error: Error) => error instanceof TargetError && why.test(error.message) && error.message.startsWith('boot: '),
    String(why),
  )
  assert.is(Buffer.compare(before, bytes), 0)
}

test('a volume that was not unmounted, whichever flag says so', () =>
  onBytes((bytes, { fatSize }) => {
    const flag = (bit: number) =>
      changed(bytes, (fields) => {
        for (const at of [FAT + 4, FAT + fatSize + 4]) fields.setUint32(at, fields.getUint32(at, true) & ~bit, true)
      })
    open(bytes)
    refuses(flag(0x08000000), /not unmounted/)
    refuses(flag(0x04000000), /error was met/)
    refuses(
      changed(bytes, (fields) => fields.setUint8(65, 1)),
      /not unmounted/,
    )
  }))

test('boot sectors that make no sense', () =>
  onBytes((bytes) => {
    const cases: readonly [number, 1 | 2 | 4, number, RegExp][] = [
      [510, 2, 0, /no boot sector/],
      [11, 2, 500, /sectors of 500/],
      [11, 2, 0, /sectors of 0/],
      [11, 2, 8192, /sectors of 8192/],
      [13, 1, 0, /clusters of 0/],
      [13, 1, 3, /clusters of 3/],
      [14, 2, 0, /no reserved/],
      [16, 1, 0, /0 allocation tables/],
      [16, 1, 3, /3 allocation tables/],
      [32, 4, 0xffffffff, /the partition only/],
      [32, 4, 10, /larger than itself/],
      [36, 4, 0, /no allocation table/],
      [36, 4, 3, /too small for its clusters/],
      [36, 4, 0xffffffff, /larger than itself/],
      [40, 2, 0x80, /only one of the allocation tables/],
      [42, 2, 1, /version 1/],
      [44, 4, 0, /begins in cluster 0/],
      [44, 4, 0x0fffffff, /begins in cluster/],
      [48, 2, 3, /FSInfo/],
      [22, 2, 100, /FAT12 or FAT16/],
    ]
    for (const [at, size, value, why] of cases) {
      const set = { 1: 'setUint8', 2: 'setUint16', 4: 'setUint32' } as const
      refuses(
        changed(bytes, (fields) => fields[set[size]](at, value, true)),
        why,
      )
    }
    refuses(new Uint8Array(0), /smaller than a boot sector/)
    refuses(bytes.slice(0, MIB), /the partition only/)
    refuses(
      changed(bytes, (_, copy) => copy.set(Buffer.from('EXFAT   '), 3)),
      /exFAT/,
    )
    refuses(
      changed(bytes, (_, copy) => copy.set(Buffer.from('NTFS    '), 3)),
      /NTFS/,
    )
  }))

test('FAT12 and FAT16 as mkfs.vfat makes them', () =>
  inWorkdir((work) => {
    for (const kind of ['12', '16']) {
      const path = join(work, kind)
      writeFileSync(path, '')
      truncateSync(path, 16 * MIB)
      execFileSync('mkfs.vfat', ['-F', kind, ...(kind === '12' ? ['-s', '32'] : []), path], { stdio: 'pipe' })
      refuses(new Uint8Array(readFileSync(path)), /FAT12 or FAT16/)
    }
  }))

test('tables that differ, lead outside, or to one place from two', () =>
  onBytes((bytes, { fatSize }) => {
    const entry = (cluster: number, next: number, copies = [0, 1]) =>
      changed(bytes, (fields) => {
        for (const copy of copies) fields.setUint32(FAT + copy * fatSize + cluster * 4, next, true)
      })
    refuses(entry(500, 7, [1]), /differ/)
    refuses(entry(500, 0x0ffffff0), /leads to/)
    refuses(entry(500, 1), /leads to 1/)
    refuses(entry(500, 2), /share cluster 2/)
    refuses(entry(500, 4), /share cluster/)
    // A circle: its first cluster is led to, and so belongs to nobody else.
    refuses(entry(2, 2), /share cluster 2/)
    const read = (fat: Fat32) => void fat.readFile('/config.txt')
    refuses(entry(3, 0x0ffffff7), /broken/, read)
    refuses(entry(3, 0), /broken|leads|no cluster|share/, read)
    refuses(entry(3, 0x0fffffff), /shorter than its size/, read)
  }))

test('entries that make no sense', () =>
  onBytes((bytes, { cluster }) => {
    const root = cluster(2)
    const slots = Array.from({ length: 16 }, (_, i) => root + i * 32)
    const named = (name: string) =>
      slots.find((at) => Buffer.from(bytes.subarray(at, at + 11)).toString() === name) ?? -1
    const config = named('CONFIG  TXT')
    const overlays = named('OVERLAYS   ')
    assert.ok(config > 0 && overlays > 0)
    const list = (fat: Fat32) => void fat.list('/overlays')
    const first = (at: number, value: number) =>
      changed(bytes, (fields) => {
        fields.setUint16(at + 26, value & 0xffff, true)
        fields.setUint16(at + 20, value >>> 16, true)
      })
    refuses(first(config, 0xfffffff), /no cluster/, list)
    refuses(first(config, 1), /no cluster 1/, list)
    refuses(first(config, 2), /share cluster 2/, list)
    refuses(first(overlays, 2), /share cluster 2/, list)
    refuses(first(overlays, 0), /has no cluster/, list)
    refuses(
      changed(bytes, (_, copy) => copy.set(Buffer.from('A/B'), config)),
      /holds the name/,
      list,
    )
    refuses(
      changed(bytes, (_, copy) => copy.copyWithin(overlays, config, config + 11)),
      /twice/,
      list,
    )
    refuses(
      changed(bytes, (fields) => fields.setUint32(config + 28, 0xffffffff, true)),
      /shorter than its size/,
      (fat) => void fat.readFile('/config.txt'),
    )
  }))

test('a directory that leads back to one above it is refused when it is removed', () =>
  onBytes((bytes, { cluster }) => {
    const start = (at: number) => bytes[at + 26] ?? 0
    const dirs = Array.from({ length: 200 }, (_, i) => cluster(3) + i * 32)
    const deep = dirs.find((at) => Buffer.from(bytes.subarray(at, at + 11)).toString() === 'DEEP       ') ?? -1
    const own = dirs.find((at) => Buffer.from(bytes.subarray(at, at + 11)).toString() === '.          ') ?? -1
    assert.ok(deep > 0 && own > 0)
    const loop = changed(bytes, (_, copy) => {
      copy[deep + 26] = start(own)
    })
    refuses(loop, /share cluster/, (fat) => fat.remove('/overlays'))
  }))

test('a tree of any depth is removed', () =>
  onBytes((bytes) => {
    const fat = open(bytes)
    const free = fat.room().bytes
    let path = ''
    for (let depth = 0; depth < 400; depth++) {
      path = `${path}/d`
      fat.makeDirectory(path, META)
    }
    fat.remove('/d')
    assert.is(fat.room().bytes, free)
  }))

test('a long name that does not belong to its short one is left aside, half characters are kept', () =>
  onBytes((bytes, { cluster }) => {
    const edit = new Edit(bytesOf(bytes))
    const fat = openFat32(edit, { label: 'boot', epoch: EPOCH })
    fat.writeFile('/a long name', new Uint8Array(), META)
    fat.finish()
    const written = bytes.slice()
    for (const extent of edit.extents()) written.set(extent.bytes, extent.offset)
    const long = Array.from({ length: 16 }, (_, i) => cluster(2) + i * 32).find(
      (at) => written[at] === 0x41 && written[at + 11] === 15 && written[at + 1] === 0x61,
    )
    assert.ok(long !== undefined)
    const wrong = changed(written, (_, copy) => {
      copy[long + 13] = (copy[long + 13] ?? 0) ^ 1
    })
    assert.ok(open(wrong).list('/').includes('ALONGN~1'))
    const half = changed(written, (fields) => fields.setUint16(long + 1, 0xd800, true))
    const name =
      open(half)
        .list('/')
        .find((known) => known.includes('\ud800')) ?? ''
    assert.is(name, '\ud800 long name')
    assert.equal(open(half).lstat(`/${name}`), { kind: 'file', mode: 0o755, uid: 0, gid: 0, size: 0 })
  }))

test(`damage at random, ${ROUNDS} times: it works or is refused, and the base never changes`, () =>
  onBytes((bytes, { fatSize, cluster }) => {
    const spots = [
      { at: 0, length: 96 },
      { at: FAT, length: 128 },
      { at: FAT + fatSize, length: 128 },
      { at: cluster(2), length: 20 * 512 },
    ]
    let worked = 0
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const random = seeded(seed)
      const spot = spots[random(spots.length)]
      const undo: [number, number][] = []
      const set = (at: number, value: number) => {
        undo.unshift([at, bytes[at] ?? 0])
        bytes[at] = value
      }
      for (let i = random(4); i >= 0 && spot !== undefined; i--) {
        const at = spot.at + random(spot.length)
        const value = random(256)
        set(at, value)
        // The copies of the table say the same, or nothing behind them is ever reached.
        if (at >= FAT && at < FAT + fatSize) set(at + fatSize, value)
      }
      const before = Buffer.from(bytes.subarray(0, MIB))
      try {
        const fat = open(bytes)
        exercise(fat)
        worked += 1
      } catch (error) {
        assert.ok(error instanceof TargetError || error instanceof SpaceError, `seed ${seed}: ${error}`)
      }
      assert.is(Buffer.compare(before, bytes.subarray(0, MIB)), 0, `seed ${seed}`)
      for (const [at, value] of undo) bytes[at] = value
    }
    assert.ok(worked > ROUNDS / 20 && worked < ROUNDS, `${worked}`)
  }))

function exercise(fat: Fat32): void {
  const visit = (directory: string, depth: number) => {
    for (const name of fat.list(directory || '/')) {
      const path = `${directory}/${name}`
      const entry = fat.lstat(path)
      if (entry?.kind === 'file') fat.readFile(path)
      else if (depth < 8) visit(path, depth + 1)
    }
  }
  visit('', 0)
  fat.writeFile('/config.txt', new Uint8Array(2000), META)
  fat.makeDirectory('/a new directory', META)
  fat.writeFile('/a new directory/a new file', new Uint8Array(2000), META)
  fat.used()
  for (const name of fat.list('/')) fat.remove(`/${name}`)
  fat.finish()
}
