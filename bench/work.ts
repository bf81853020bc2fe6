import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlainFile } from '../src/base/disk/plain-file.ts'
import { loadSpec } from '../src/cli/load-spec.ts'
import { compileFor } from '../src/core/compile-for.ts'
import { changesOf } from '../src/core/plan/changes.ts'
import type { Operation } from '../src/core/plan/operation.ts'
import { type Partition, pathKey } from '../src/storage/tree/tree.ts'
import { imageTarget } from '../src/write/apply/open-image.ts'
import { overlayBytes } from '../src/write/emit/overlay-bytes.ts'

/** One change that every peer makes. */
export interface Step {
  /** At its real path: no link is on the way. */
  readonly operation: Operation
  /** Whether something is at the path. */
  readonly replaces: boolean
}

/** The work that everybody does: what pibake would change, laid out for programs that are not pibake. */
export interface Work {
  readonly steps: readonly Step[]
  /** Seconds since 1970: the time of all that is written. */
  readonly epoch: number
  /** Holds the contents (`stage`, see {@link staged}), the root partition's new entries (`root.tar`) and scripts. */
  readonly folder: string
}

/** What the spec changes on the image, laid out in `folder`. */
export async function stage(specFile: string, image: string, folder: string): Promise<Work> {
  const { spec, locate, digest } = loadSpec(specFile)
  if (spec === undefined) throw new Error(`${specFile} is refused`)
  const target = imageTarget(new PlainFile(image), image)
  const options = { locate, specDigest: digest, epoch: undefined, today: '2026-01-01', allowBooted: false }
  const { plan, epoch } = compileFor(spec, target, options)
  const steps = changesOf(target, plan.operations).map(({ operation, before }) => {
    const path = operation.partition === 'root' ? target.root.resolveParent(operation.path) : operation.path
    return { operation: { ...operation, path }, replaces: before.kind !== 'absent' }
  })
  const work = { steps, epoch, folder }
  await layOut(work)
  return work
}

async function layOut(work: Work): Promise<void> {
  rmSync(join(work.folder, 'stage'), { recursive: true, force: true })
  mkdirSync(join(work.folder, 'stage'))
  for (const { operation } of work.steps) {
    if (operation.kind !== 'file') continue
    writeFileSync(staged(work, operation), operation.content)
    utimesSync(staged(work, operation), work.epoch, work.epoch)
  }
  const entries = stepsOn(work, 'root').map(({ operation }) => operation)
  const kept = entries.filter(({ kind }) => kind !== 'remove')
  writeFileSync(join(work.folder, 'root.tar'), await overlayBytes(kept, work))
}

/** The steps on one of the partitions. */
export function stepsOn(work: Work, partition: Partition): readonly Step[] {
  return work.steps.filter(({ operation }) => operation.partition === partition)
}

/** Where the content of a written file is. */
export function staged(work: Work, operation: Operation): string {
  return join(work.folder, 'stage', nameOf(operation))
}

/** A file name for the operation's place. */
export function nameOf(operation: Operation): string {
  return encodeURIComponent(pathKey(operation))
}

/** Writes a shell script that stops at the first failure, into the work's folder. */
export function writeScript(work: Work, name: string, lines: readonly string[]): string {
  const script = join(work.folder, name)
  writeFileSync(script, ['set -eu', ...lines, ''].join('\n'))
  return script
}
