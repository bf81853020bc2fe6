import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileFor } from '../../../src/core/compile-for.ts'
import { changesOf } from '../../../src/core/plan/changes.ts'
import type { Tree } from '../../../src/storage/tree/tree.ts'
import { pathKey } from '../../../src/storage/tree/tree.ts'
import type { PartitionChoice } from '../../../src/write/apply/choose-partitions.ts'
import { imageTarget, OpenImage } from '../../../src/write/apply/open-image.ts'
import { assertReadsBack } from '../../../src/write/apply/read-back.ts'
import { MemoryBytes } from '../../support/memory-bytes.ts'
import { smallSpec, specOf, TODAY } from '../../support/spec.ts'
import { assertSound, type Place } from '../../write/bake/support/sample-image.ts'

/**
 * Edits an image as every command does, and holds it against what it was: both programs of fsck find nothing, nothing outside
 * the two partitions differs, and nothing in them that the plan does not name.
 *
 * @returns where the partitions lie that were taken
 */
export function edited(file: string, work: string, choice: PartitionChoice = {}): { root: Place; boot: Place } {
  const before = new Uint8Array(readFileSync(file))
  const opened = new OpenImage(new MemoryBytes(before), file, choice)
  const options = { locate: () => undefined, specDigest: '0'.repeat(64), epoch: 1_700_000_000, today: TODAY }
  const { plan } = compileFor(specOf(smallSpec()), opened.target, { ...options, allowBooted: false })
  const changes = changesOf(opened.target, plan.operations)
  assert.ok(changes.some(({ operation }) => operation.partition === 'boot') && changes.length > 20, file)
  const { extents, partitions } = opened.edit(changes, { epoch: 1_700_000_000 })
  const after = before.slice()
  for (const { offset, bytes } of extents) after.set(bytes, offset)
  const [root, boot] = partitions.map(({ offset, length }) => ({ offset, size: length }))
  if (root === undefined || boot === undefined) throw new Error(`${file}: a partition is missing`)

  assertSameOutside([root, boot], before, after)
  const made = join(work, 'edited.img')
  writeFileSync(made, after)
  assertSound(made, work, boot, root)
  const target = imageTarget(new MemoryBytes(after), file, choice)
  assertReadsBack(target, plan.operations)
  const was = imageTarget(new MemoryBytes(before), file, choice)
  const planned = new Set(changes.map(({ operation }) => pathKey(operation)))
  for (const [name, old, now] of [
    ['root', was.root, target.root],
    ['boot', was.boot as Tree, target.boot as Tree],
  ] as const) {
    const [then, present] = [entries(old), entries(now)]
    const differ = [...new Set([...then.keys(), ...present.keys()])].filter(
      (path) => then.get(path) !== present.get(path),
    )
    // A planned path may be reached by a link, and what lies in a removed directory goes with it.
    const real = new Set([...planned].map((key) => key.slice(key.indexOf(':') + 1)).map((path) => old.resolve(path)))
    const isPlanned = (path: string) => [...real].some((one) => path === one || path.startsWith(`${one}/`))
    assert.equal(
      differ.filter((path) => !isPlanned(path) && !planned.has(`${name}:${path}`)),
      [],
      `${file}: ${name}`,
    )
  }
  return { root, boot }
}

function assertSameOutside(places: readonly Place[], before: Uint8Array, after: Uint8Array): void {
  let at = 0
  for (const { offset, size } of [...places].sort((a, b) => a.offset - b.offset)) {
    assert.is(Buffer.compare(before.subarray(at, offset), after.subarray(at, offset)), 0)
    at = offset + size
  }
  assert.is(Buffer.compare(before.subarray(at), after.subarray(at)), 0)
}

/** All that a partition holds, by its real paths: what each is, and its content. */
function entries(tree: Tree): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (directory: string) => {
    for (const name of tree.list(directory)) {
      const path = `${directory === '/' ? '' : directory}/${name}`
      const entry = tree.lstat(path)
      const content = entry?.kind === 'file' ? Buffer.from(tree.read(path) ?? []).toString('hex') : ''
      found.set(path, `${JSON.stringify(entry)} ${content}`)
      if (entry?.kind === 'directory') visit(path)
    }
  }
  visit('/')
  return found
}
