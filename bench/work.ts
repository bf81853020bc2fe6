import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageTarget } from '../src/apply/edit-image.ts'
import { PlainFile } from '../src/image/plain-file.ts'
import { judge } from '../src/judge.ts'
import { changesOf } from '../src/plan/changes.ts'
import type { Partition } from '../src/plan/operation.ts'
import { loadSpec } from '../src/spec/load.ts'

/** One path, as whoever writes it by hand needs it. */
export type Step = {
  readonly partition: Partition
  /** With links on the way to it resolved. */
  readonly path: string
  /** Whether something other than a directory stands there now. */
  readonly isInTheWay: boolean
} & (
  | { readonly kind: 'file'; readonly from: string; readonly mode: number; readonly uid: number; readonly gid: number }
  | {
      readonly kind: 'directory'
      readonly isNew: boolean
      readonly mode: number
      readonly uid: number
      readonly gid: number
    }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'remove' }
)

/** The work that everybody does. */
export interface Work {
  readonly steps: readonly Step[]
  /** Seconds; the time of all that is new. */
  readonly epoch: number
}

/** What the spec changes on the image; the content of new files is laid into `folder`. */
export function workOf(specFile: string, image: string, folder: string): Work {
  const { spec, locate, digest } = loadSpec(specFile)
  if (spec === undefined) throw new Error(`${specFile} is refused`)
  const target = imageTarget(new PlainFile(image), image)
  const options = { locate, specDigest: digest, epoch: undefined, today: '2026-01-01', allowBooted: false }
  const { plan, epoch } = judge(spec, target, options)
  mkdirSync(folder, { recursive: true })
  const steps = changesOf(target, plan.operations).map(({ operation, before }, index): Step => {
    const { partition } = operation
    const path = partition === 'root' ? target.root.place(operation.path) : operation.path
    const at = { partition, path, isInTheWay: !['absent', 'directory'].includes(before.kind) }
    if (operation.kind === 'file') {
      const from = join(folder, String(index))
      writeFileSync(from, operation.content)
      utimesSync(from, epoch, epoch)
      return { ...at, kind: 'file', from, mode: operation.mode, ...operation.owner }
    }
    if (operation.kind === 'directory') {
      return { ...at, kind: 'directory', isNew: before.kind === 'absent', mode: operation.mode, ...operation.owner }
    }
    return operation.kind === 'symlink'
      ? { ...at, kind: 'symlink', target: operation.target }
      : { ...at, kind: 'remove', isInTheWay: before.kind !== 'directory' }
  })
  return { steps, epoch }
}
