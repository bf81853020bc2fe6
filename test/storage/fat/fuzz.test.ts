import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SpaceError } from '../../../src/base/errors.ts'
import { type Fat, openFat } from '../../../src/storage/fat/fat.ts'
import { Edit } from '../../../src/storage/image/edit.ts'
import { MemoryBytes } from '../../support/memory-bytes.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { EPOCH, FatImage, type FatOptions, hex, META, MIB } from './support/fat-image.ts'

const test = suite('FAT: random edits against a model')

/** `PIBAKE_FAT_FUZZ=1000` for a long run, from `PIBAKE_FAT_FUZZ_SEED` on; the seed is in the message of a failure. */
const RUNS = Number(process.env.PIBAKE_FAT_FUZZ ?? 4)
const FIRST = Number(process.env.PIBAKE_FAT_FUZZ_SEED ?? 0) + 1
const STEPS = 150
/** `PIBAKE_FAT_BITS=16`: of one kind only. */
const KINDS = ([32, 16] as const).filter((bits) => `${bits}` === (process.env.PIBAKE_FAT_BITS ?? `${bits}`))
const NAMES = ['config.txt', 'CONFIG~1.TXT', 'A', 'long name with spaces.d', 'Tür', 'x'.repeat(200), '.dot', 'b.c.d']

/** What a tree of FAT should hold: real paths, and the bytes of files. */
type Model = Map<string, Uint8Array | 'directory'>

for (const bits of KINDS) {
  test(`FAT${bits}: ${RUNS} runs of ${STEPS} edits: fsck.vfat, mtools and the editor itself agree with the model`, () =>
    inWorkdir((work) => {
      for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
        const image = new FatImage(work, { ...shape(bits, seed), name: `${seed}.img` })
        const room = image.look((fat) => fat.room().bytes)
        const pristine = new Uint8Array(readFileSync(image.path))
        const model: Model = new Map()
        const message = `seed ${seed}`
        let bytes = pristine
        for (let session = 0; session < 3; session++) {
          const memory = new MemoryBytes(bytes)
          const edit = new Edit(memory)
          const fat = openFat(edit, { label: 'boot', epoch: EPOCH })
          const random = seeded(seed * 100 + session)
          for (let step = 0; step < STEPS / 3; step++) change(fat, model, random)
          fat.finish()
          bytes = new Uint8Array(bytes)
          for (const extent of edit.extents()) bytes.set(extent.bytes, extent.offset)
          compare(openFat(new Edit(new MemoryBytes(bytes)), { label: 'boot', epoch: EPOCH }), model, message)
        }
        writeFileSync(image.path, bytes)
        assert.is(image.complaints(), '', message)
        const expected = [...model].map(([path, node]) => [path, node === 'directory' ? undefined : hex(node)])
        assert.equal(new Map(image.contents()), new Map(expected as [string, string][]), message)
        image.edit((fat) => {
          for (const name of fat.list('/')) fat.remove(`/${name}`)
          // A root directory that has grown stays so.
          assert.ok(room - fat.room().bytes <= 64 * 1024, message)
        })
        assert.is(image.complaints(), '', message)
        assert.not(readFileSync(image.path).includes(MARK), message)
        rmSync(image.path)
      }
      console.log(`${RUNS} sequences of edits of FAT${bits}`)
    }))
}

/** Clusters of several sizes; FAT16's smallest and largest number of them among others. */
function shape(bits: 16 | 32, seed: number): FatOptions {
  if (bits === 32) return seed % 4 === 0 ? { size: 72 * MIB, perCluster: 2 } : { size: 36 * MIB, perCluster: 1 }
  const size = [5, 16, 31, 36][seed % 4] ?? 16
  return { bits, size: size * MIB, perCluster: size < 32 ? 1 : 2, rootSlots: seed % 3 === 0 ? 512 : 1024 }
}

const MARK = Buffer.from('content of a file ')

function change(fat: Fat, model: Model, random: (below: number) => number): void {
  const directories = ['', ...[...model].filter(([, node]) => node === 'directory').map(([path]) => path)]
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T
  const spelled = `${pick(directories)}/${random(3) === 0 ? `n${random(60)} of many` : pick(NAMES)}`
  const path = random(4) === 0 ? spelled.toUpperCase() : spelled
  const real = realPath(fat, path)
  const kind = model.get(real)
  const action = random(10)
  if (action < 6 && kind !== 'directory') {
    const content = Buffer.alloc(random(3) === 0 ? random(60_000) : random(1200), MARK)
    fat.writeFile(path, content, META)
    model.set(real, content)
  } else if (action < 8 && kind === undefined && path.split('/').length < 6) {
    fat.makeDirectory(path, META)
    model.set(real, 'directory')
  } else if (action === 8 || random(8) === 0) {
    fat.remove(path)
    for (const known of [...model.keys()]) if (known === real || known.startsWith(`${real}/`)) model.delete(known)
  }
}

/** As the file system spells each part, or as it is given where nothing is there. */
function realPath(fat: Fat, path: string): string {
  let here = ''
  for (const part of path.split('/').slice(1)) {
    const found = fat.list(here || '/').find((name) => name.toLowerCase() === part.toLowerCase())
    here = `${here}/${found ?? part}`
  }
  return here
}

function compare(fat: Fat, model: Model, message: string): void {
  const seen: string[] = []
  const visit = (directory: string) => {
    for (const name of fat.list(directory || '/')) {
      const path = `${directory}/${name}`
      seen.push(path)
      const node = model.get(path)
      if (node === 'directory') visit(path)
      else assert.is(hex(fat.readFile(path)), hex(node ?? new Uint8Array()), `${message}: ${path}`)
    }
  }
  visit('')
  assert.equal(seen.sort(), [...model.keys()].sort(), message)
}

for (const bits of KINDS) {
  test(`FAT${bits}: out of room at any step: a SpaceError, and the base is as it was`, () =>
    inWorkdir((work) => {
      const image = new FatImage(work, { size: (bits === 32 ? 36 : 16) * MIB, perCluster: 1, bits })
      const room = image.look((fat) => fat.room().bytes)
      image.edit((fat) => fat.writeFile('/filler', new Uint8Array(room - 40 * 512), META))
      const bytes = new Uint8Array(readFileSync(image.path))
      let full = 0
      for (let left = 0; left <= 40; left++) {
        const edit = new Edit(new MemoryBytes(bytes))
        const fat = openFat(edit, { label: 'boot', epoch: EPOCH })
        try {
          if (left < 40) fat.writeFile('/pad', new Uint8Array((40 - left) * 512), META)
          fat.makeDirectory('/d', META)
          for (let i = 0; i < 9; i++) fat.writeFile(`/d/a rather long name ${i}`, new Uint8Array(700), META)
          fat.finish()
        } catch (error) {
          assert.instance(error, SpaceError)
          full += 1
        }
      }
      assert.ok(full > 15 && full < 40, `${full}`)
      assert.is(Buffer.compare(bytes, readFileSync(image.path)), 0)
    }))
}

test("FAT16's root directory is filled to its last slot, whatever the names: then a SpaceError, and the base is as it was", () =>
  inWorkdir((work) => {
    for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
      const image = new FatImage(work, { size: 5 * MIB, perCluster: 1, bits: 16, rootSlots: 64, name: `${seed}.img` })
      const random = seeded(seed)
      const names: string[] = []
      let tried = 0
      for (let isFull = false; !isFull; ) {
        const name = `n${'n'.repeat(random(60))} ${tried++}`
        const before = readFileSync(image.path)
        try {
          image.edit((fat) => {
            if (names.length > 3 && random(3) === 0) fat.remove(`/${names.splice(random(names.length), 1)[0]}`)
            fat.writeFile(`/${name}`, Buffer.from(name), META)
          })
          names.push(name)
        } catch (error) {
          isFull = true
          assert.instance(error, SpaceError)
          assert.match((error as Error).message, /root directory .* is full: it is FAT16, with room for 64 entries/)
          assert.is(Buffer.compare(before, readFileSync(image.path)), 0)
        }
      }
      // Short names fill what no long one fits in; a directory takes what the root does not.
      image.edit((fat) => {
        const shorts = Array.from({ length: 64 }, (_, i) => `S${i}`)
        for (const name of shorts) tryOrFull(() => fat.writeFile(`/${name}`, new Uint8Array(), META))
        fat.remove(`/${fat.list('/')[0]}`)
        fat.makeDirectory('/D', META)
        for (const name of shorts) fat.writeFile(`/D/a long name of ${name}`, new Uint8Array(1), META)
      })
      assert.is(image.complaints(), '', `seed ${seed}`)
      assert.is(
        image.look((fat) => fat.list('/D').length),
        64,
      )
      assert.ok([...image.contents().keys()].filter((path) => path.startsWith('/D/')).length === 64, `seed ${seed}`)
      image.edit((fat) => {
        for (const name of fat.list('/')) fat.remove(`/${name}`)
      })
      assert.is(image.complaints(), '', `seed ${seed}`)
      rmSync(image.path)
    }
  }))

function tryOrFull(change: () => void): void {
  try {
    change()
  } catch (error) {
    assert.instance(error, SpaceError)
  }
}
