import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { samplePiOs } from '../../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../../src/storage/tree/memory.ts'
import { overlayBytes } from '../../../../src/write/emit/overlay-bytes.ts'
import { operationOf } from '../../../support/operations.ts'
import { smallSpec } from '../../../support/spec.ts'
import { makeSampleImage } from './sample-image.ts'

/** Names of a spec and of small bases for it, in one directory. */
export const SPEC = 'pibake.yaml'
export const BASES = ['base.img', 'base.img.xz', 'base.tar'] as const

/** What kinds of bases become, one of each way that an output is made. */
export const ROUTES = [
  ['base.img', 'x.img'],
  ['base.img.xz', 'x.img.xz'],
  ['base.img', 'x.img.zst'],
  ['base.tar', 'x.tar'],
] as const

/** Writes the spec and the bases into `directory`. */
export async function makeBases(directory: string): Promise<void> {
  const at = (name: string) => join(directory, name)
  writeFileSync(at(SPEC), JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))
  makeSampleImage(at('base.img'))
  execFileSync('xz', ['--keep', '--block-size=4MiB', '-T2', '-1', at('base.img')])
  await makeSampleTar(at('base.tar'))
}

/** The sample tree as an archive: both partitions in one tar. */
export async function makeSampleTar(file: string, behaviour: Behaviour = 'trixie-2026'): Promise<void> {
  const { boot, root } = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
  writeFileSync(
    file,
    await overlayBytes([...asOperations(root), ...asOperations(boot, 'boot')], { epoch: 1_600_000_000 }),
  )
}

function asOperations(tree: MemoryTree, partition: 'root' | 'boot' = 'root') {
  return [...tree.nodes].flatMap(([path, node]) =>
    path === '/' || node.kind === 'other' ? [] : [operationOf(path, node, partition)],
  )
}
