import { realpathSync, statSync } from 'node:fs'
import { type Disk, realDisk, unless } from '../../base/disk/disk.ts'
import { namingEntry } from '../../base/disk/file-errors.ts'
import { TargetError } from '../../base/errors.ts'
import { bytewise } from '../../base/order.ts'
import { at, DescriptorWalk, typeOf } from './descriptor-walk.ts'
import { capabilitiesBelow } from './getcap.ts'
import { type Entry, MAX_FILE, type PlacingTree } from './tree.ts'
import { assertPlain, resolveInside, type Seen } from './walk.ts'

export interface DirectoryOptions {
  /** The directory is a FAT partition: names are the same in either case; no modes, owners or links. */
  readonly fat?: boolean
  /** For tests: system calls that fail. */
  readonly disk?: Disk
}

/** A mounted partition. Linux only, for it needs `/proc/self/fd`; its promises about hostile trees hold for root too. */
export class DirectoryTree implements PlacingTree {
  readonly label: string
  readonly fat: boolean
  readonly walk: DescriptorWalk
  #capabilities: ReadonlyMap<string, readonly string[]> | undefined

  /** @throws TargetError when `directory` is not a directory, or the running system's own root */
  constructor(directory: string, options: DirectoryOptions = {}) {
    this.label = directory
    this.fat = options.fat ?? false
    assertUsable(directory)
    this.walk = new DescriptorWalk(directory, options.disk ?? realDisk)
  }

  lstat(path: string): Entry | undefined {
    const real = this.resolveParent(path)
    return this.#explain(path, () =>
      real === '/'
        ? this.#entry(this.walk.root, '.')
        : this.walk.inParent(real, (dir, name) => this.#withCapabilities(real, this.#entry(dir, name))),
    )
  }

  read(path: string): Uint8Array | undefined {
    const real = this.resolve(path)
    return this.#explain(path, () =>
      this.walk.inParent(real, (directory, name) =>
        this.walk.inFile(directory, name, path, (file, stats) => {
          if (stats.size > MAX_FILE) throw new TargetError(`${this.label}: ${path} is larger than ${MAX_FILE} bytes`)
          return new Uint8Array(this.walk.disk.readFileSync(file))
        }),
      ),
    )
  }

  list(path: string): readonly string[] {
    const real = this.resolve(path)
    return this.#explain(path, () => this.#names(real))
  }

  resolve(path: string): string {
    return this.#resolve(path, true)
  }

  resolveParent(path: string): string {
    return this.#resolve(path, false)
  }

  /** Gives the descriptor of the partition back; the tree cannot be used any more. */
  close(): void {
    this.walk.close()
  }

  #resolve(path: string, last: boolean): string {
    return this.#explain(path, () => {
      if (this.fat) return this.#spelled(resolveInside(path, () => undefined, { last, label: this.label }))
      assertPlain(path)
      if (this.walk.isReal(path, last)) return path
      return resolveInside(path, (p) => this.#seen(p), { last, label: this.label })
    })
  }

  #seen(path: string): Seen {
    const target = this.walk.linkTarget(path)
    return target === undefined ? { kind: 'directory' } : { kind: 'symlink', target }
  }

  /** FAT keeps the case a name was made with, and finds it by any: the spelling on the disk names the file. */
  #spelled(path: string): string {
    let here = ''
    for (const part of path.split('/').filter((p) => p !== '')) {
      const found = this.#names(here || '/').find((name) => sameOnFat(name, part))
      here = `${here}/${found ?? part}`
    }
    return here || '/'
  }

  #names(real: string): readonly string[] {
    const names = this.walk.inDirectory(real, (directory) => this.walk.disk.readdirSync(`/proc/self/fd/${directory}`))
    return (names ?? []).sort(bytewise)
  }

  /** They are asked for once, and for the whole tree: file by file would be a program each. */
  #withCapabilities(real: string, entry: Entry | undefined): Entry | undefined {
    if (this.fat || entry?.kind !== 'file' || (entry.mode & 0o111) === 0) return entry
    this.#capabilities ??= capabilitiesBelow(this.walk.root)
    const capabilities = this.#capabilities.get(real)
    return capabilities === undefined ? entry : { ...entry, capabilities }
  }

  #entry(directory: number, name: string): Entry | undefined {
    const { disk } = this.walk
    const stats = unless(['ENOENT'], () => disk.lstatSync(at(directory, name)))
    if (stats === undefined) return undefined
    const owner = this.fat ? { uid: 0, gid: 0 } : { uid: stats.uid, gid: stats.gid }
    const mode = this.fat ? 0o755 : stats.mode & 0o7777
    if (stats.isFile()) return { kind: 'file', mode, ...owner, size: stats.size }
    if (stats.isDirectory()) return { kind: 'directory', mode, ...owner }
    if (stats.isSymbolicLink() && !this.fat) {
      const target = unless(['EINVAL', 'ENOENT'], () => disk.readlinkSync(at(directory, name)))
      return target === undefined ? undefined : { kind: 'symlink', ...owner, target }
    }
    return { kind: 'other', type: typeOf(stats), ...owner }
  }

  #explain<T>(path: string, call: () => T): T {
    try {
      return call()
    } catch (error) {
      throw namingEntry(error, this.label, path)
    }
  }
}

/** Whether two names are one on FAT, which keeps the case and does not tell it apart. */
export function sameOnFat(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase()
}

function assertUsable(directory: string): void {
  if (process.platform !== 'linux') {
    throw new TargetError(`${directory}: mounted partitions can be worked on under Linux only`, {
      hint: 'use --image with the image file',
    })
  }
  const stats = unless(['ENOENT', 'ENOTDIR'], () => statSync(directory))
  if (stats === undefined) throw new TargetError(`${directory}: no such directory`)
  if (!stats.isDirectory()) throw new TargetError(`${directory} is not a directory`)
  const own = statSync('/')
  // Also a bind mount, or a second mount of the device this machine runs from.
  if (realpathSync(directory) === '/' || (stats.dev === own.dev && stats.ino === own.ino)) {
    throw new TargetError(`${directory} is the root of the running system`, {
      hint: 'give the directory where the card or image is mounted',
    })
  }
}
