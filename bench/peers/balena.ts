import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../test/system/support/run.ts'
import { cache } from '../base.ts'
import { type Step, staged, stepsOn, type Work } from '../work.ts'
import type { BalenaStep } from './balena-edit.ts'

/** The wrapper, and the two packages that do its work. They are no dependencies of pibake. */
const PACKAGES = ['balena-image-fs@7.6.21', 'ext2fs@4.2.5', 'fatfs@0.10.8']

/** The command that makes the changes with balena-image-fs, which npm installs into the cache once. */
export function balenaCommand(work: Work, image: string): readonly string[] {
  const lists = (['boot', 'root'] as const).map((partition) => {
    const list = join(work.folder, `balena-${partition}.json`)
    writeFileSync(list, JSON.stringify(stepsOn(work, partition).map((step) => stepOf(work, step))))
    return list
  })
  const program = fileURLToPath(new URL('./balena-edit.js', import.meta.url))
  return [process.execPath, program, installed(), image, ...lists]
}

function stepOf(work: Work, { operation, replaces }: Step): BalenaStep {
  const { kind, path } = operation
  if (kind === 'remove') return { kind, path, replaces }
  if (kind === 'symlink') return { kind, path, replaces, target: operation.target }
  const { mode, owner } = operation
  return kind === 'directory'
    ? { kind, path, replaces, mode, ...owner }
    : { kind, path, replaces, mode, ...owner, source: staged(work, operation) }
}

function installed(): string {
  const place = join(cache, PACKAGES[0] ?? '')
  if (!existsSync(place)) {
    const partial = mkdtempSync(join(cache, 'balena-'))
    try {
      run(['npm', 'install', '--prefix', partial, '--ignore-scripts', '--no-audit', '--no-fund', ...PACKAGES])
      renameSync(partial, place)
    } finally {
      rmSync(partial, { recursive: true, force: true })
    }
  }
  return place
}
