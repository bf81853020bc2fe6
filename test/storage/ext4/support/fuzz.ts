import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SpaceError } from '../../../../src/base/errors.ts'
import type { Ext4 } from '../../../../src/storage/ext4/ext4.ts'
import { seeded } from '../../../support/seeded.ts'
import { debugfsModel } from './debugfs-model.ts'
import { openBytes } from './image.ts'
import { complaintsOf } from './make.ts'
import { below, hardLinks, lines, type Model, readModel } from './model.ts'

export interface FuzzResult {
  operations: number
  /** How often the file system was full, and the edit dropped. */
  full: number
  /** What the file system holds in the end. */
  model: Model
}

type Random = (below: number) => number

/**
 * Random operations on the file system in a file, and on a model of it. From time to time it is finished and opened
 * again; a full one throws the edit away, as pibake does. In the end e2fsck is content, and
 * what our own reader and debugfs find is as the model says.
 */
export function fuzz(file: string, seed: number, operations: number): FuzzResult {
  const random = seeded(seed)
  const result = { operations: 0, full: 0 }
  let saved = Uint8Array.from(readFileSync(file))
  let { edit, fs } = openBytes(saved)
  let model = readModel(fs)
  let savedModel = clone(model)
  const save = () => {
    fs.finish()
    saved = Uint8Array.from(saved)
    for (const { offset, bytes } of edit.extents()) saved.set(bytes, offset)
    savedModel = clone(model)
  }
  for (let i = 0; i < operations; i++) {
    try {
      operate(fs, model, random)
      result.operations += 1
      if (random(100) > 0) continue
      save()
    } catch (error) {
      if (!(error instanceof SpaceError)) throw error
      result.full += 1
      model = clone(savedModel)
    }
    ;({ edit, fs } = openBytes(saved))
  }
  save()
  writeFileSync(file, saved)
  assert.is(complaintsOf(file), '')
  assert.equal(lines(readModel(openBytes(saved).fs)), lines(model))
  const byDebugfs = debugfsModel(file)
  assert.equal(lines(byDebugfs), lines(model))
  assert.equal(hardLinks(byDebugfs), hardLinks(model))
  return { ...result, model }
}

/** Shared objects stay shared. */
function clone(model: Model): Model {
  return structuredClone(model)
}

function operate(fs: Ext4, model: Model, random: Random): void {
  const pick = <T>(all: readonly T[]): T => all[random(all.length)] as T
  const of = (...kinds: string[]) => [...model].filter(([, node]) => kinds.includes(node.kind)).map(([path]) => path)
  const meta = { mode: pick([0o644, 0o600, 0o4755, 0o640]), owner: { uid: random(200_000), gid: random(200_000) } }
  const owner = { uid: meta.owner.uid, gid: meta.owner.gid }
  const directory = pick(of('directory'))
  const name = pick(['f', 'name-', 'a rather long name of a file that fills a directory sooner ', 'ü']) + random(800)
  const path = directory === '/' ? `/${name}` : `${directory}/${name}`
  const old = model.get(path)
  const kind = random(100)
  if (kind < 50) {
    if (old?.kind === 'directory') return
    const content = new Uint8Array(pick([0, 1, 100, 4000, 5000, 20_000, random(300_000)])).fill(1 + random(250))
    fs.writeFile(path, content, meta)
    // A replaced file leaves its attributes to the new one, also when the new one is a file of its own.
    const xattrs = old?.kind === 'file' ? { ...old.xattrs } : {}
    model.set(path, { kind: 'file', mode: meta.mode, ...owner, content, xattrs })
  } else if (kind < 62) {
    const victim = pick([...model.keys()].filter((key) => key !== '/' && key !== '/lost+found'))
    if (below(model, victim).length > 50 && random(10) > 0) return
    fs.remove(victim)
    for (const key of [...below(model, victim), victim]) model.delete(key)
  } else if (kind < 70) {
    if (old !== undefined) return
    fs.makeDirectory(path, meta)
    model.set(path, { kind: 'directory', mode: meta.mode, ...owner, content: new Uint8Array(), xattrs: {} })
  } else if (kind < 78) {
    if (old?.kind === 'directory') return
    const target = `/${'t'.repeat(random(130))}`
    fs.symlink(path, target)
    const content = new TextEncoder().encode(target)
    model.set(path, { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, content, xattrs: {} })
  } else if (kind < 84) {
    const existing = pick(of('file', 'symlink'))
    const node = model.get(existing)
    if (old !== undefined || node === undefined) return
    fs.link(existing, path)
    model.set(path, node)
  } else if (kind < 90) {
    fs.setMeta(directory, meta)
    const node = model.get(directory)
    if (node !== undefined) Object.assign(node, { mode: meta.mode, ...owner })
  } else {
    const any = pick(of('file', 'directory'))
    const attribute = `${pick(['user.', 'trusted.', 'security.'])}${pick(['a', 'bb', 'capability'])}`
    const value = new Uint8Array(pick([0, 4, 20, 90, 200, 900])).fill(random(256))
    fs.setXattr(any, attribute, value)
    const node = model.get(any)
    if (node !== undefined) node.xattrs[attribute] = Buffer.from(value).toString('hex')
  }
}
