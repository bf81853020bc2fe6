import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Bytes } from '../../../src/base/bytes/bytes.ts'
import { SpaceError, TargetError } from '../../../src/base/errors.ts'
import { type Fat, openFat } from '../../../src/storage/fat/fat.ts'
import { Edit } from '../../../src/storage/image/edit.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { EPOCH, FatImage, META, MIB } from './support/fat-image.ts'

const test = suite('FAT: what is refused')

/** `PIBAKE_FAT_FUZZ=1000` for a long run. */
const ROUNDS = Number(process.env.PIBAKE_FAT_FUZZ ?? 4) * 150
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

const open = (head: Uint8Array) => openFat(new Edit(bytesOf(head)), { label: 'boot', epoch: EPOCH })

/** A small file system, and where its parts are. */
interface Place {
  readonly bits: 16 | 32
  /** The first copy of the table. */
  readonly table: number
  readonly fatSize: number
  readonly root: number
  /** The first cluster that the root directory does not take. */
  readonly first: number
  readonly cluster: (number: number) => number
  /** A copy of all with one entry of the table changed, in both of its copies unless told. */
  readonly entry: (number: number, value: number, copies?: readonly number[]) => Uint8Array
}

async function onBytes(bits: 16 | 32, use: (bytes: Uint8Array, place: Place) => void): Promise<void> {
  await inWorkdir((work) => {
    const image = new FatImage(work, { size: SIZE, perCluster: bits === 32 ? 1 : 2, bits })
    image.fill({
      'config.txt': 'x'.repeat(1300),
      'overlays/a.dtbo': 'a'.repeat(3000),
      'overlays/deep/b.dtbo': 'b',
      c: 'c'.repeat(600),
    })
    const bytes = new Uint8Array(readFileSync(image.path)).slice(0, HEAD)
    const fields = new DataView(bytes.buffer)
    const table = fields.getUint16(14, true) * 512
    const fatSize = (bits === 32 ? fields.getUint32(36, true) : fields.getUint16(22, true)) * 512
    const data = table + 2 * fatSize + fields.getUint16(17, true) * 32
    const entry: Place['entry'] = (number, value, copies = [0, 1]) =>
      changed(bytes, (copy) => {
        for (const at of copies.map((n) => table + n * fatSize + (number * bits) / 8)) {
          if (bits === 32) copy.setUint32(at, value, true)
          else copy.setUint16(at, value & 0xffff, true)
        }
      })
    const cluster = (number: number) => data + (number - 2) * (bits === 32 ? 512 : 1024)
    use(bytes, { bits, table, fatSize, root: table + 2 * fatSize, first: bits === 32 ? 3 : 2, cluster, entry })
  })
}

/** A copy with some numbers changed, in both tables if `at` is an entry of theirs. */
function changed(bytes: Uint8Array, change: (fields: DataView, copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice()
  change(new DataView(copy.buffer), copy)
  return copy
}

function refuses(bytes: Uint8Array, why: RegExp, use: (fat: Fat) => void = () => undefined): void {
  const before = Buffer.from(bytes)
  assert.throws(
    () => use(open(bytes)),
    (error: Error) => error instanceof TargetError && why.test(error.message) && error.message.startsWith('boot: '),
    String(why),
  )
  assert.is(Buffer.compare(before, bytes), 0)
}

for (const bits of [32, 16] as const) {
  test(`FAT${bits}: the marks of a volume that was not unmounted are taken away, whichever it is, as fsck.vfat does it`, () =>
    inWorkdir((work) =>
      onBytes(bits, (bytes, { entry, table }) => {
        const flags = new DataView(bytes.buffer)
        const value = bits === 32 ? flags.getUint32(table + 4, true) : flags.getUint16(table + 2, true)
        const marked = (image: Uint8Array) => changed(image, (fields) => fields.setUint8(bits === 32 ? 65 : 37, 1))
        const inTable = entry(1, value & ~(bits === 32 ? 0x08000000 : 0x8000))
        assert.equal(open(bytes).recovered, [])
        for (const dirty of [inTable, marked(bytes), marked(inTable)]) {
          const file = join(work, 'fat')
          writeFileSync(file, dirty)
          truncateSync(file, SIZE)
          spawnSync('/usr/sbin/fsck.vfat', ['-a', file])
          const edit = new Edit(bytesOf(dirty))
          const { recovered } = openFat(edit, { label: 'boot', epoch: 0 })
          assert.match(recovered.join(), /was not unmounted/)
          const ours = edit.read(0, bytes.length)
          assert.is(Buffer.compare(ours, bytes), 0)
          assert.is(Buffer.compare(ours, readFileSync(file).subarray(0, bytes.length)), 0)
        }
        refuses(entry(1, value & ~(bits === 32 ? 0x04000000 : 0x4000)), /error was met/)
      }),
    ))
}

test('a boot sector of FAT16 that makes no sense', () =>
  onBytes(16, (bytes) => {
    const set = (at: number, value: number) => changed(bytes, (fields) => fields.setUint16(at, value, true))
    refuses(set(17, 0), /0 entries in its root directory/)
    refuses(set(17, 511), /511 entries in its root directory/)
    refuses(set(22, 3), /too small for its clusters/)
    refuses(
      changed(bytes, (fields) => fields.setUint8(13, 1)),
      /clusters, which are more than FAT16 has/,
    )
    refuses(
      changed(bytes, (fields) => fields.setUint8(13, 32)),
      /FAT12/,
    )
  }))

test('boot sectors that make no sense', () =>
  onBytes(32, (bytes) => {
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
      [22, 2, 100, /0 entries in its root directory/],
      [17, 2, 512, /512 entries in its root directory/],
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

test('FAT12 as mkfs.vfat makes it is refused by its name', () =>
  inWorkdir((work) => {
    for (const options of [[], ['-s', '32']]) {
      const path = join(work, 'fat12')
      writeFileSync(path, '')
      truncateSync(path, options.length === 0 ? MIB : 16 * MIB)
      execFileSync('mkfs.vfat', ['-F', '12', ...options, path], { stdio: 'pipe' })
      refuses(new Uint8Array(readFileSync(path)), /the boot partition is FAT12, which pibake does not edit/)
    }
  }))

for (const bits of [32, 16] as const) {
  test(`FAT${bits}: tables that differ, lead outside, or to one place from two`, () =>
    onBytes(bits, (_, { entry, first }) => {
      refuses(entry(500, 7, [1]), /differ/)
      refuses(entry(500, bits === 32 ? 0x0ffffff0 : 0xfff0), /leads to/)
      refuses(entry(500, 1), /leads to 1/)
      refuses(entry(500, first + 1), /share cluster/)
      // A circle: its first cluster is led to, and so belongs to nobody else.
      refuses(entry(first, first), /share cluster/, (fat) => void fat.list('/'))
      if (bits === 32) refuses(entry(2, 2), /share cluster 2/)
      const read = (fat: Fat) => void fat.readFile('/config.txt')
      refuses(entry(first, 0x0ffffff7), /broken/, read)
      refuses(entry(first, 0), /broken|leads|no cluster|share/, read)
      refuses(entry(first, 0x0fffffff), /shorter than its size/, read)
    }))
}

for (const bits of [32, 16] as const) {
  test(`FAT${bits}: entries that make no sense`, () =>
    onBytes(bits, (bytes, { root, first: own }) => {
      const slots = Array.from({ length: 16 }, (_, i) => root + i * 32)
      const named = (name: string) =>
        slots.find((at) => Buffer.from(bytes.subarray(at, at + 11)).toString() === name) ?? -1
      const config = named('CONFIG  TXT')
      const overlays = named('OVERLAYS   ')
      assert.ok(config > 0 && overlays > 0)
      const list = (fat: Fat) => void fat.list('/overlays')
      const first = (at: number, value: number) =>
        changed(bytes, (fields) => {
          fields.setUint16(at + 26, value & 0xffff, true)
          fields.setUint16(at + 20, value >>> 16, true)
        })
      refuses(first(config, 0xfffffff), /no cluster/, list)
      refuses(first(config, 1), /no cluster 1/, list)
      refuses(first(config, own + 1), /share cluster/, list)
      refuses(first(overlays, own + 1), /share cluster/, list)
      if (bits === 32) refuses(first(overlays, 2), /share cluster 2/, list)
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
}

for (const bits of [32, 16] as const) {
  test(`FAT${bits}: a directory that leads back to one above it is refused when it is removed`, () =>
    onBytes(bits, (bytes, { cluster, first }) => {
      const start = (at: number) => bytes[at + 26] ?? 0
      const dirs = Array.from({ length: 200 }, (_, i) => cluster(first) + i * 32)
      const deep = dirs.find((at) => Buffer.from(bytes.subarray(at, at + 11)).toString() === 'DEEP       ') ?? -1
      const own = dirs.find((at) => Buffer.from(bytes.subarray(at, at + 11)).toString() === '.          ') ?? -1
      assert.ok(deep > 0 && own > 0)
      const loop = changed(bytes, (_, copy) => {
        copy[deep + 26] = start(own)
      })
      refuses(loop, /share cluster/, (fat) => fat.remove('/overlays'))
    }))
}

for (const bits of [32, 16] as const) {
  test(`FAT${bits}: a tree of any depth is removed`, () =>
    onBytes(bits, (bytes) => {
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
}

test('a long name that does not belong to its short one is left aside, half characters are kept', () =>
  onBytes(32, (bytes, { cluster }) => {
    const edit = new Edit(bytesOf(bytes))
    const fat = openFat(edit, { label: 'boot', epoch: EPOCH })
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

for (const bits of [32, 16] as const) {
  test(`FAT${bits}: damage at random, ${ROUNDS} times: it works or is refused, and the base never changes`, () =>
    onBytes(bits, (bytes, { table, fatSize, root }) => {
      const spots = [
        { at: 0, length: 96 },
        { at: table, length: 128 },
        { at: table + fatSize, length: 128 },
        { at: root, length: 20 * 512 },
        ...(bits === 16 ? [{ at: root + 512 * 32, length: 20 * 512 }] : []),
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
          if (at >= table && at < table + fatSize) set(at + fatSize, value)
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
}

function exercise(fat: Fat): void {
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
