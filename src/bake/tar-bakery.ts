import { rmSync } from 'node:fs'
import { assertReadsBack } from '../apply/read-back.ts'
import { compressionForName } from '../archive/compression.ts'
import { decodeToFile } from '../archive/decode.ts'
import { encodeFromFile } from '../archive/encode.ts'
import { sha256OfFile } from '../archive/hash-file.ts'
import { appender, newFile } from '../archive/new-file.ts'
import { temporaryBeside } from '../emit/temporary.ts'
import type { Change } from '../plan/state.ts'
import { TarArchive } from '../tar/archive.ts'
import type { Carried } from '../tar/copy.ts'
import { spliceTar } from '../tar/splice.ts'
import { type TarTree, tarTarget } from '../tree/tar.ts'
import type { Target } from '../tree/tree.ts'
import type { Baked, BakeOptions, Bakery, Working } from './bakery.ts'
import { isPacked } from './base-image.ts'
import { OutputHash } from './output-hash.ts'
import { syncFile } from './sync-file.ts'

/** A root file system has no table that says how large it is; none of Raspberry Pi OS is as large as this. */
const MOST = 64 * 1024 ** 3

/** An archive that goes in, and the one that comes of it. */
export interface TarRoute {
  readonly base: string
  readonly out: string
}

/** A raw tar that was made of another one. */
interface Made {
  readonly file: string
  readonly from: { readonly archive: TarArchive; readonly carried: readonly Carried[] }
}

/** One archive, open as a raw tar. */
interface Opened extends TarRoute {
  readonly archive: TarArchive
  readonly sha256: string | undefined
  /** The file of our own that it was unpacked to. */
  readonly unpacked: string | undefined
}

/** A root file system, with the boot partition in it or beside it, as tar archives on their way to others. */
export class TarBakery implements Bakery {
  readonly target: Target<TarTree>
  readonly #archives: readonly Opened[]
  readonly #working: Working

  /**
   * @param boot the archive of the boot partition, if it is not in the other one
   * @throws TargetError when an archive is damaged, SpaceError, Interrupted
   */
  static async open(root: TarRoute, boot: TarRoute | undefined, working: Working): Promise<TarBakery> {
    const archives: Opened[] = []
    try {
      for (const route of boot === undefined ? [root] : [root, boot]) archives.push(await openTar(route, working))
      return new TarBakery(archives, working)
    } catch (error) {
      for (const archive of archives) closeTar(archive)
      throw error
    }
  }

  /** For {@link TarBakery.open}. */
  constructor(archives: readonly Opened[], working: Working) {
    this.#archives = archives
    this.#working = working
    this.target = targetOf(archives.map(({ archive }) => archive))
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
      readBack(made, operations)
      const packed = []
      for (const [index, { out }] of this.#archives.entries()) {
        const made = await this.#pack(raws[index] as string, out, (file) => files.push(file))
        packed.push({ ...made, out })
      }
      const [first, ...others] = packed
      if (first === undefined) throw new Error('no archive')
      return { ...first, others, baseSha256: this.#archives[0]?.sha256, image: undefined }
    } catch (error) {
      for (const file of files) rmSync(file, { force: true })
      throw error
    } finally {
      for (const raw of raws) if (!files.includes(raw)) rmSync(raw, { force: true })
    }
  }

  close(): void {
    for (const archive of this.#archives) closeTar(archive)
  }

  async #splice(archive: TarArchive, changes: readonly Change[], raw: string, epoch: number) {
    const { signal, progress } = this.#working
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

async function openTar({ base, out }: TarRoute, { signal, progress, isHashed }: Working): Promise<Opened> {
  if (!isPacked(base)) {
    const archive = new TarArchive(base)
    return {
      base,
      out,
      archive,
      sha256: isHashed ? await sha256OfFile(base, { signal }) : undefined,
      unpacked: undefined,
    }
  }
  const unpacked = temporaryBeside(out)
  const shown = progress('unpacking', undefined)
  try {
    const onProgress = (done: number) => shown.update(done)
    const { sourceHash } = await decodeToFile(base, unpacked, { limit: () => MOST, signal, isHashed, onProgress })
    try {
      return { base, out, archive: new TarArchive(unpacked, { label: base }), sha256: sourceHash, unpacked }
    } catch (error) {
      rmSync(unpacked, { force: true })
      throw error
    }
  } finally {
    shown.done()
  }
}

function closeTar({ archive, unpacked }: Opened): void {
  archive.close()
  if (unpacked !== undefined) rmSync(unpacked, { force: true })
}

function targetOf([root, boot]: readonly TarArchive[]): Target<TarTree> {
  if (root === undefined) throw new Error('no archive')
  return tarTarget(root, boot)
}

/** What was written is read; of what was carried over the place is known, and the bytes are the base's. */
function readBack(made: readonly Made[], operations: BakeOptions['operations']): void {
  const archives: TarArchive[] = []
  try {
    for (const { file, from } of made) archives.push(new TarArchive(file, { from }))
    const target = targetOf(archives)
    // Without a boot partition its operations were never among the plan's.
    assertReadsBack(target, operations)
  } finally {
    for (const archive of archives) archive.close()
  }
}
