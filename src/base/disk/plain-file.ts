import { constants, type Stats } from 'node:fs'
import { assertInside, type Bytes } from '../bytes/bytes.ts'
import { TargetError } from '../errors.ts'
import { type Disk, realDisk, unless } from './disk.ts'
import { namingFile } from './file-errors.ts'
import { fillFully, readFully } from './file-io.ts'

/**
 * A file that was changed this shortly before it was opened may be changed again without a new time: Linux counts in steps
 * of up to 10 ms (inode_set_ctime_current and CONFIG_HZ). git calls such a file "racily clean".
 */
const SETTLED_MS = 100

/** The plain file at `path`, open for reading: an image, an archive. Whoever opens it closes it. */
export class PlainFile implements Bytes {
  readonly path: string
  readonly size: number
  readonly #label: string
  readonly #disk: Disk
  readonly #file: number
  readonly #stats: Stats
  readonly #openedAt = Date.now()

  /**
   * @param options.label what to call it in messages
   * @param options.disk for tests: system calls that fail
   * @throws TargetError when it is not a plain file
   */
  constructor(path: string, { label = path, disk = realDisk }: { label?: string; disk?: Disk } = {}) {
    this.path = path
    this.#label = label
    this.#disk = disk
    // A FIFO or a device must not keep the call waiting.
    this.#file = this.#named(() => disk.openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)))
    try {
      this.#stats = this.#named(() => disk.fstatSync(this.#file))
      assertPlainFile(this.#stats, label)
    } catch (error) {
      disk.closeSync(this.#file)
      throw error
    }
    this.size = this.#stats.size
  }

  /** A copy. @throws TargetError when the file has become shorter since it was opened */
  read(offset: number, length: number): Uint8Array {
    assertInside(offset, length, this.size)
    return this.#named(() => readFully(this.#disk, this.#file, offset, length))
  }

  /** Fills `into` with the bytes from `offset` on, as {@link PlainFile.read} gives them. */
  readInto(into: Uint8Array, offset: number): void {
    assertInside(offset, into.length, this.size)
    this.#named(() => fillFully(this.#disk, this.#file, offset, into))
  }

  /**
   * Whether this is the very file that `earlier` opened, and nobody can have written to it in between, as its times say:
   * the change time, which nobody can set back (stat(2)). Where they are kept in whole seconds, as on FAT, or the last
   * change was too short before the opening, they say nothing, and the answer is no.
   */
  isUnchangedSince(earlier: PlainFile): boolean {
    const [then, now] = [earlier.#stats, this.#stats]
    const isSame =
      now.dev === then.dev &&
      now.ino === then.ino &&
      now.size === then.size &&
      now.mtimeMs === then.mtimeMs &&
      now.ctimeMs === then.ctimeMs
    return isSame && then.ctimeMs % 1000 !== 0 && earlier.#openedAt - then.ctimeMs > SETTLED_MS
  }

  /** @throws TargetError when somebody wrote to the file since it was opened, or put another one in its place */
  assertUnchanged(): void {
    const now = this.#named(() => unless(['ENOENT'], () => this.#disk.lstatSync(this.#disk.realpathSync(this.path))))
    const { dev, ino, size, mtimeMs } = this.#stats
    if (now?.dev === dev && now.ino === ino && now.size === size && now.mtimeMs === mtimeMs) return
    throw new TargetError(`${this.#label} was changed by somebody else meanwhile`, {
      hint: 'nothing was written; start again when nothing else works on it',
    })
  }

  close(): void {
    this.#disk.closeSync(this.#file)
  }

  #named<T>(call: () => T): T {
    return namingFile(this.#label, 'read', call)
  }
}

/** @throws TargetError saying what to give instead */
export function assertPlainFile(stats: Stats, path: string): void {
  if (stats.isFile()) return
  if (stats.isBlockDevice()) {
    throw new TargetError(`${path} is a device; pibake edits image files`, {
      hint: 'give the image file, and write it to the card afterwards; or mount the card and use --boot and --root',
    })
  }
  if (stats.isDirectory()) {
    throw new TargetError(`${path} is a directory`, { hint: 'for mounted partitions use --boot and --root' })
  }
  throw new TargetError(`${path} is not a plain file`)
}
