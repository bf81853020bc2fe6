import { rmSync } from 'node:fs'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { appender, newFile } from '../../base/disk/new-file.ts'
import { syncFile } from '../../base/disk/sync-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import type { Change } from '../../core/plan/state.ts'
import { compressionForName } from '../../storage/archive/compression.ts'
import { encodeFromFile } from '../../storage/archive/encode.ts'
import { TarArchive } from '../../storage/tar/archive.ts'
import type { Carried } from '../../storage/tar/carried.ts'
import type { TarTree } from '../../storage/tar/tree.ts'
import type { Target } from '../../storage/tree/tree.ts'
import { assertReadsBack } from '../apply/read-back.ts'
import type { Baked, BakeJob, BakeOptions, JobContext } from './bake-job.ts'
import { type ArchiveReading, closeTar, type OpenTar, openTar, type TarRoute, targetOf } from './open-tar.ts'
import { OutputHash } from './output-hash.ts'
import { spliceTar } from './tar-splice.ts'

/** A raw tar that was made of another one. */
interface Made {
  readonly file: string
  readonly from: { readonly archive: TarArchive; readonly carried: readonly Carried[] }
}

/** A root file system, with the boot partition in it or beside it, as tar archives on their way to others. */
export class TarBake implements BakeJob {
  readonly target: Target<TarTree>
  readonly #archives: readonly OpenTar[]
  readonly #top: string
  readonly #working: JobContext

  /**
   * @param boot the archive of the boot partition, if it is not in the other one
   * @throws TargetError when an archive is damaged, SpaceError, Interrupted
   */
  static async open(
    root: TarRoute,
    boot: TarRoute | undefined,
    reading: ArchiveReading,
    working: JobContext,
  ): Promise<TarBake> {
    const archives: OpenTar[] = []
    try {
      for (const route of boot === undefined ? [root] : [root, boot])
        archives.push(await openTar(route, reading, working))
      return new TarBake(archives, reading, working)
    } catch (error) {
      for (const archive of archives) closeTar(archive)
      throw error
    }
  }

  /** For {@link TarBake.open}. */
  constructor(archives: readonly OpenTar[], { strip = '' }: ArchiveReading, working: JobContext) {
    this.#archives = archives
    this.#top = strip
    this.#working = working
    this.target = targetOf(
      archives.map(({ archive }) => archive),
      strip,
    )
  }

  async bake(changes: readonly Change[], { epoch, operations }: BakeOptions): Promise<Baked> {
    const raws: string[] = []
    const files: string[] = []
    try {
      const made: Made[] = []
      for (const { archive, out } of this.#archives) {
        const raw = temporaryBeside(out)
        raws.push(raw)
        made.push({ file: raw, from: { archive, carried: await this.#splice(archive, changes, raw, epoch) } })
      }
      readBack(made, this.#top, operations)
      const packed = []
      for (const [index, { out }] of this.#archives.entries()) {
        const made = await this.#pack(raws[index] as string, out, (file) => files.push(file))
        packed.push({ ...made, out })
      }
      const [first, ...others] = packed
      if (first === undefined) throw new Error('no archive')
      const [root] = this.#archives
      const baseBytes = this.#archives.every(({ unpacked }) => unpacked !== undefined) ? 'checked' : undefined
      return { ...first, others, baseSha256: root?.sha256, image: undefined, baseBytes }
    } catch (error) {
      for (const file of files) rmSync(file, { force: true })
      throw this.#working.space.explain(error)
    } finally {
      for (const raw of raws) if (!files.includes(raw)) rmSync(raw, { force: true })
    }
  }

  close(): void {
    for (const archive of this.#archives) closeTar(archive)
  }

  async #splice(archive: TarArchive, changes: readonly Change[], raw: string, epoch: number) {
    const { signal, progress, space } = this.#working
    space.wants(archive.scanned.end)
    const shown = progress('writing', undefined)
    let done = 0
    try {
      return await newFile(raw, signal, (fd) => {
        const write = appender(fd, ({ length }) => {
          done += length
          shown.update(done)
        })
        const sink = (chunk: Uint8Array) => {
          signal.throwIfAborted()
          write(chunk)
        }
        return spliceTar(archive, this.target, changes, sink, { epoch })
      })
    } finally {
      shown.done()
    }
  }

  async #pack(raw: string, out: string, made: (file: string) => void) {
    const { signal, progress, isHashed } = this.#working
    const kind = compressionForName(out)
    if (kind === 'none') {
      made(raw)
      syncFile(raw)
      return { file: raw, sha256: isHashed ? await sha256OfFile(raw, { signal }) : undefined }
    }
    const file = temporaryBeside(out)
    made(file)
    const hash = new OutputHash(isHashed)
    const shown = progress('packing', undefined)
    try {
      const onProgress = (done: number) => shown.update(done)
      await encodeFromFile(raw, file, kind, { signal, onProgress, onOutput: hash.onOutput })
    } finally {
      shown.done()
    }
    syncFile(file)
    return { file, sha256: hash.digest() }
  }
}

/** What was written is read; of what was carried over the place is known, and the bytes are the base's. */
function readBack(made: readonly Made[], top: string, operations: BakeOptions['operations']): void {
  const archives: TarArchive[] = []
  try {
    for (const { file, from } of made) archives.push(new TarArchive(file, { from }))
    const target = targetOf(archives, top)
    // Without a boot partition its operations were never among the plan's.
    assertReadsBack(target, operations)
  } finally {
    for (const archive of archives) archive.close()
  }
}
