import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { overlayTar } from '../../../src/emit/overlay-tar.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/tree/memory.ts'
import { smallSpec } from '../../support/judge.ts'
import { operationOf } from '../../support/operations.ts'
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
  const { boot, root } = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  writeFileSync(
    at('base.tar'),
    await overlayTar([...asOperations(root), ...asOperations(boot, 'boot')], { epoch: 1_600_000_000 }),
  )
}

function asOperations(tree: MemoryTree, partition: 'root' | 'boot' = 'root') {
  return [...tree.nodes].flatMap(([path, node]) =>
    path === '/' || node.kind === 'other' ? [] : [operationOf(path, node, partition)],
  )
}
