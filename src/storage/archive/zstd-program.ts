import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { MemoryBytes } from '../../base/bytes/memory-bytes.ts'
import { PRIVATE } from '../../base/disk/new-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { start } from '../../base/process/program.ts'
import { readFrames } from './zst-frame.ts'

/** Frames that one process makes, at most: starting it takes as long as packing five. */
export const BATCH = 16

/** What frames are made for. */
export interface EncoderOptions {
  readonly level: number
  /** The archive that they become, for messages; what has to be put down for the program lies beside it. */
  readonly path: string
  readonly signal: AbortSignal | undefined
}

interface Wanted {
  readonly file: string
  readonly done: (frame: Buffer) => void
  readonly failed: (error: unknown) => void
}

/**
 * Frames by the zstd program. It makes a frame of each file that it is given, so what is to be packed is put down beside
 * the archive, for its owner alone, and what is wanted at the same time is packed by one process.
 */
export class ZstdProgram {
  readonly #cores: number
  readonly #options: EncoderOptions
  readonly #wanted: Wanted[] = []
  #running = 0

  /** @param cores processes at a time */
  constructor(cores: number, options: EncoderOptions) {
    this.#cores = cores
    this.#options = options
  }

  /**
   * Makes one frame, with its size and a checksum.
   *
   * @param bytes lent until this returns; not until its promise settles
   * @throws an error of the disk, SpaceError, Interrupted
   */
  encode(bytes: Uint8Array): Promise<Buffer> {
    const file = temporaryBeside(this.#options.path)
    return new Promise((done, failed) => {
      try {
        writeFileSync(file, bytes, { mode: PRIVATE, flag: 'wx' })
      } catch (error) {
        rmSync(file, { force: true })
        throw error
      }
      this.#wanted.push({ file, done, failed })
      // Others are about to be wanted.
      setImmediate(() => this.#begin())
    })
  }

  #begin(): void {
    while (this.#running < this.#cores && this.#wanted.length > 0) void this.#run(this.#wanted.splice(0, BATCH))
  }

  async #run(batch: readonly Wanted[]): Promise<void> {
    this.#running += 1
    try {
      const frames = await this.#pack(batch.map(({ file }) => file))
      for (const [index, { done }] of batch.entries()) done(frames[index] as Buffer)
    } catch (error) {
      for (const { failed } of batch) failed(error)
    }
    this.#running -= 1
    this.#begin()
  }

  async #pack(files: readonly string[]): Promise<Buffer[]> {
    const { level, path, signal } = this.#options
    // A file takes half the work of a pipe.
    const out = temporaryBeside(path)
    try {
      const fd = openSync(out, 'wx', PRIVATE)
      try {
        const args = [`-${level}`, '-c', '-q', '--check', '--single-thread', '--', ...files]
        await start('zstd', args, { about: path, stdio: ['ignore', fd, 'pipe'], signal }).ended
      } finally {
        closeSync(fd)
      }
      const packed = readFileSync(out)
      const frames = Array.from(readFrames(new MemoryBytes(packed), path), ({ offset, end }) =>
        packed.subarray(offset, end),
      )
      if (frames.length !== files.length)
        throw new Error(`${path}: zstd made ${frames.length} frames of ${files.length}`)
      return frames
    } finally {
      for (const file of [out, ...files]) rmSync(file, { force: true })
    }
  }
}
