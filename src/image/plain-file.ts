import { constants, type Stats } from 'node:fs'
import { type Disk, realDisk, unless } from '../tree/disk.ts'
import { TargetError } from '../tree/tree.ts'
import { assertInside, type Bytes } from './bytes.ts'
import { fillFully, readFully } from './file-io.ts'
import { told } from './told.ts'

/** The plain file at `path`, open for reading: an image, an archive. Whoever opens it closes it. */
export class PlainFile implements Bytes {
  readonly path: string
  readonly size: number
  readonly #label: string
  readonly #disk: Disk
  readonly #file: number
  readonly #stats: Stats

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
    this.#file = this.#told(() => disk.openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)))
    try {
      this.#stats = this.#told(() => disk.fstatSync(this.#file))
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
    return this.#told(() => readFully(this.#disk, this.#file, offset, length))
  }

  /** Fills `into` with the bytes from `offset` on, as {@link PlainFile.read} gives them. */
  readInto(into: Uint8Array, offset: number): void {
    assertInside(offset, into.length, this.size)
    this.#told(() => fillFully(this.#disk, this.#file, offset, into))
  }

  /** @throws TargetError when somebody wrote to the file since it was opened, or put another one in its place */
  assertUnchanged(): void {
    const now = this.#told(() => unless(['ENOENT'], () => this.#disk.lstatSync(this.#disk.realpathSync(this.path))))
    const { dev, ino, size, mtimeMs } = this.#stats
    if (now?.dev === dev && now.ino === ino && now.size === size && now.mtimeMs === mtimeMs) return
    throw new TargetError(`${this.#label} was changed by somebody else meanwhile`, {
      hint: 'nothing was written; start again when nothing else works on it',
    })
  }

  close(): void {
    this.#disk.closeSync(this.#file)
  }

  #told<T>(call: () => T): T {
    return told(this.#label, 'read', call)
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
