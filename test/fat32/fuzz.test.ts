import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { type Fat32, openFat32 } from '../../src/fat32/fat32.ts'
import { Edit } from '../../src/image/edit.ts'
import { SpaceError } from '../../src/tree/tree.ts'
import { MemoryBytes } from '../support/memory-bytes.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { EPOCH, FatImage, hex, META, MIB } from './support/fat-image.ts'
import { seeded } from './support/seeded.ts'

const test = suite('FAT32: random edits against a model')

/** `PIBAKE_FAT_FUZZ=1000` for a long run; the seed is in the message of a failure. */
const RUNS = Number(process.env.PIBAKE_FAT_FUZZ ?? 4)
const STEPS = 150
const NAMES = ['config.txt', 'CONFIG~1.TXT', 'A', 'long name with spaces.d', 'Tür', 'x'.repeat(200), '.dot', 'b.c.d']

/** What a tree of FAT should hold: real paths, and the bytes of files. */
type Model = Map<string, Uint8Array | 'directory'>

test(`${RUNS} runs of ${STEPS} edits: fsck.vfat, mtools and the editor itself agree with the model`, () =>
  inWorkdir((work) => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const perCluster = seed % 4 === 0 ? 2 : 1
      const image = new FatImage(work, { size: 36 * perCluster * MIB, perCluster, name: `${seed}.img` })
      const room = image.look((fat) => fat.room().bytes)
      const pristine = new Uint8Array(readFileSync(image.path))
      const model: Model = new Map()
      const message = `seed ${seed}`
      let bytes = pristine
      for (let session = 0; session < 3; session++) {
        const memory = new MemoryBytes(bytes)
        const edit = new Edit(memory)
        const fat = openFat32(edit, { label: 'boot', epoch: EPOCH })
        const random = seeded(seed * 100 + session)
        for (let step = 0; step < STEPS / 3; step++) change(fat, model, random)
        fat.finish()
        bytes = new Uint8Array(bytes)
        for (const extent of edit.extents()) bytes.set(extent.bytes, extent.offset)
        compare(openFat32(new Edit(new MemoryBytes(bytes)), { label: 'boot', epoch: EPOCH }), model, message)
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
  }))

const MARK = Buffer.from('content of a file ')

function change(fat: Fat32, model: Model, random: (below: number) => number): void {
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
function realPath(fat: Fat32, path: string): string {
  let here = ''
  for (const part of path.split('/').slice(1)) {
    const found = fat.list(here || '/').find((name) => name.toLowerCase() === part.toLowerCase())
    here = `${here}/${found ?? part}`
  }
  return here
}

function compare(fat: Fat32, model: Model, message: string): void {
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

test('out of room at any step: a SpaceError, and the base is as it was', () =>
  inWorkdir((work) => {
    const image = new FatImage(work, { size: 36 * MIB, perCluster: 1 })
    const room = image.look((fat) => fat.room().bytes)
    image.edit((fat) => fat.writeFile('/filler', new Uint8Array(room - 40 * 512), META))
    const bytes = new Uint8Array(readFileSync(image.path))
    let full = 0
    for (let left = 0; left <= 40; left++) {
      const edit = new Edit(new MemoryBytes(bytes))
      const fat = openFat32(edit, { label: 'boot', epoch: EPOCH })
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
