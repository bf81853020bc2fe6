/**
 * `balena-edit.js FOLDER IMAGE BOOT ROOT`: changes an image with the balena-image-fs that is installed in FOLDER, as the
 * two lists of steps say. A program of its own that imports nothing of pibake: starting it is part of what is measured.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

interface Meta {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

export type BalenaStep = { readonly path: string; readonly replaces: boolean } & (
  | ({ readonly kind: 'file'; readonly source: string } & Meta)
  | ({ readonly kind: 'directory' } & Meta)
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'remove' }
)

/** What of Node's `fs.promises` the library has for both file systems, and for ext4. */
type Fat = Pick<typeof import('node:fs/promises'), 'writeFile'>
type Ext4 = Pick<typeof import('node:fs/promises'), 'writeFile' | 'mkdir' | 'symlink' | 'unlink' | 'chmod' | 'chown'>

interface BalenaImageFs {
  interact(image: string, partition: 1, edit: (fs: { promises: Fat }) => Promise<void>): Promise<void>
  interact(image: string, partition: 2, edit: (fs: { promises: Ext4 }) => Promise<void>): Promise<void>
}

const [folder = '', image = '', boot = '', root = ''] = process.argv.slice(2)
const { interact } = createRequire(join(folder, 'package.json'))('balena-image-fs') as BalenaImageFs
await interact(image, 1, async ({ promises: fs }) => {
  for (const step of stepsIn(boot)) await editFat(fs, step)
})
await interact(image, 2, async ({ promises: fs }) => {
  for (const step of stepsIn(root)) await editExt4(fs, step)
})

function stepsIn(list: string): readonly BalenaStep[] {
  return JSON.parse(readFileSync(list, 'utf8'))
}

async function editFat(fs: Fat, step: BalenaStep): Promise<void> {
  if (step.kind !== 'file') throw new Error(`${step.path}: fatfs cannot do this: ${step.kind}`)
  await fs.writeFile(step.path, readFileSync(step.source))
}

/** Modes come by `chmod` alone: `writeFile` and `mkdir` of ext2fs do not keep those that they are given. */
async function editExt4(fs: Ext4, step: BalenaStep): Promise<void> {
  const { kind, path, replaces } = step
  if (replaces && kind !== 'directory') await fs.unlink(path)
  if (kind === 'remove') return
  if (kind === 'symlink') return fs.symlink(step.target, path)
  if (kind === 'file') await fs.writeFile(path, readFileSync(step.source))
  else if (!replaces) await fs.mkdir(path)
  await fs.chmod(path, step.mode)
  await fs.chown(path, step.uid, step.gid)
}
