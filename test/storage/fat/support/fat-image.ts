import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { PlainFile } from '../../../../src/base/disk/plain-file.ts'
import { bytewise } from '../../../../src/base/order.ts'
import { type Fat, openFat } from '../../../../src/storage/fat/fat.ts'
import { Edit, type Extent } from '../../../../src/storage/image/edit.ts'
import { inWorkdir } from '../../../support/workdir.ts'

export const EPOCH = 1_700_000_001
export const META = { mode: 0o755, owner: { uid: 0, gid: 0 } }
export const MIB = 1024 * 1024

/** The real tools, with nothing of the machine's own settings. */
const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8', MTOOLS_SKIP_CHECK: '0', MTOOLSRC: '/dev/null' }

/** What mkfs.vfat is told: bytes, sectors a cluster, and for FAT16 the slots of its root directory. */
export interface FatOptions {
  readonly size: number
  readonly perCluster: number
  /** 32 unless given. */
  readonly bits?: 16 | 32
  readonly rootSlots?: number
}

/** A file system that mkfs.vfat made in a file of its own, and mtools fills and reads. */
export class FatImage {
  readonly path: string
  readonly #directory: string

  constructor(directory: string, options: FatOptions & { name?: string }) {
    this.#directory = directory
    this.path = join(directory, options.name ?? 'boot.img')
    closeSync(openSync(this.path, 'w'))
    truncateSync(this.path, options.size)
    const slots = options.rootSlots === undefined ? [] : ['-r', `${options.rootSlots}`]
    const kind = ['-F', `${options.bits ?? 32}`, '-s', `${options.perCluster}`, ...slots]
    run('mkfs.vfat', ['--invariant', ...kind, '-n', 'bootfs', this.path])
  }

  /** Copies files and directories into the root directory by mcopy; a path that ends with `/` is an empty directory. */
  fill(files: Record<string, string | Uint8Array>): void {
    const staged = join(this.#directory, 'staged')
    mkdirSync(staged)
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(staged, `${path}.`)), { recursive: true })
      if (!path.endsWith('/')) writeFileSync(join(staged, path), content)
    }
    const names = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))]
    run('mcopy', ['-i', this.path, '-s', '-Q', ...names.map((name) => join(staged, name)), '::'])
    rmSync(staged, { recursive: true })
  }

  /** What fsck.vfat finds, nothing if the file system is clean. */
  complaints(): string {
    const { status, stdout } = spawnSync('fsck.vfat', ['-n', this.path], { encoding: 'utf8', env })
    return status === 0 && !/differ|wrong|dirty|orphan|Free cluster summary/i.test(stdout) ? '' : stdout || `${status}`
  }

  /** All files and directories as mcopy takes them out, with the content of the files. */
  contents(): Map<string, string | undefined> {
    const out = join(this.#directory, 'out')
    mkdirSync(out)
    // Where there is nothing to copy, mcopy finds that an error.
    if (this.look((fat) => fat.list('/')).length > 0) run('mcopy', ['-i', this.path, '-s', '-Q', '::*', out])
    const found = readdirSync(out, { recursive: true, withFileTypes: true }).map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(out.length), entry.isDirectory() ? undefined : hex(readFileSync(path))] as const
    })
    rmSync(out, { recursive: true })
    return new Map(found.sort(([a], [b]) => bytewise(a, b)))
  }

  mdir(path: string): string {
    return run('mdir', ['-i', this.path, `::${path}`])
  }

  /** Opens, edits, and writes the edit to the file if nothing is thrown. */
  edit(change: (fat: Fat) => void, epoch: number = EPOCH): readonly Extent[] {
    const image = new PlainFile(this.path)
    try {
      const edit = new Edit(image)
      const fat = openFat(edit, { label: 'boot', epoch })
      change(fat)
      fat.finish()
      const extents = edit.extents()
      writeExtents(this.path, extents)
      return extents
    } finally {
      image.close()
    }
  }

  /** Looks, without a change. */
  look<T>(use: (fat: Fat) => T): T {
    const image = new PlainFile(this.path)
    try {
      return use(openFat(new Edit(image), { label: 'boot', epoch: EPOCH }))
    } finally {
      image.close()
    }
  }
}

/** Calls `use` with a fresh file system in a directory of its own. */
export function onFat(
  options: FatOptions,
  use: (image: FatImage, work: string) => void | Promise<void>,
): Promise<void> {
  return inWorkdir((work) => use(new FatImage(work, options), work))
}

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', env, maxBuffer: 64 * MIB, stdio: ['ignore', 'pipe', 'pipe'] })
}

function writeExtents(path: string, extents: readonly Extent[]): void {
  const file = openSync(path, 'r+')
  for (const { offset, bytes } of extents) writeSync(file, bytes, 0, bytes.length, offset)
  closeSync(file)
}
