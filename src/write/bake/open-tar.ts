import { rmSync } from 'node:fs'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { shellWord } from '../../base/encode/shell-word.ts'
import { TargetError } from '../../base/errors.ts'
import { decodeToFile } from '../../storage/archive/decode.ts'
import { TarArchive } from '../../storage/tar/archive.ts'
import { holdsRoot, rootFolders } from '../../storage/tar/root-folder.ts'
import { type TarTree, tarTarget } from '../../storage/tar/tree.ts'
import type { Target } from '../../storage/tree/tree.ts'
import type { JobContext } from './bake-job.ts'
import { isPacked } from './base-image.ts'

/** A root file system has no table that says how large it is; none of Raspberry Pi OS is as large as this. */
const MOST = 64 * 1024 ** 3

/** An archive that goes in, and the one that comes of it. */
export interface TarRoute {
  readonly base: string
  readonly out: string
}

/** How archives are read that not everybody makes as they mostly are. */
export interface ArchiveReading {
  /** The folder in which the root file system begins, as a path; without it, the archive's top. */
  readonly strip?: string | undefined
  /** Without an end marker too. */
  readonly allowUnterminated?: boolean | undefined
}

/** One archive, open as a raw tar. */
export interface OpenTar extends TarRoute {
  readonly archive: TarArchive
  readonly sha256: string | undefined
  /** The file of our own that it was unpacked to. */
  readonly unpacked: string | undefined
}

/** Opens the archive, unpacked beside its output if it is packed. @throws TargetError when it is damaged, SpaceError, Interrupted */
export async function openTar(
  { base, out }: TarRoute,
  { allowUnterminated }: ArchiveReading,
  { signal, progress, isHashed }: JobContext,
): Promise<OpenTar> {
  if (!isPacked(base)) {
    const archive = new TarArchive(base, { allowUnterminated })
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
      return {
        base,
        out,
        archive: new TarArchive(unpacked, { label: base, allowUnterminated }),
        sha256: sourceHash,
        unpacked,
      }
    } catch (error) {
      rmSync(unpacked, { force: true })
      throw error
    }
  } finally {
    shown.done()
  }
}

/** Closes it, and removes what it was unpacked to. */
export function closeTar({ archive, unpacked }: OpenTar): void {
  archive.close()
  if (unpacked !== undefined) rmSync(unpacked, { force: true })
}

/**
 * The partitions in the archive of the root file system, and perhaps in one of the boot partition.
 *
 * @param top the folder in which the root file system begins
 * @throws TargetError when it begins elsewhere
 */
export function targetOf([root, boot]: readonly TarArchive[], top: string): Target<TarTree> {
  if (root === undefined) throw new Error('no archive')
  assertBegins(root, top)
  return tarTarget(root, boot, top)
}

/** @throws TargetError when a root file system begins in another folder of the archive; what else is amiss is found later */
function assertBegins({ root, label }: TarArchive, top: string): void {
  if (holdsRoot(root, top)) return
  if (holdsRoot(root, '')) {
    throw new TargetError(`${label}: the root file system is at the top of the archive, not in ${top}`, {
      hint: 'leave --strip out',
    })
  }
  const folders = rootFolders(root)
  if (folders.length === 0) return
  const ways = folders.map((folder) => `--strip ${shellWord(folder.slice(1))}`)
  throw new TargetError(`${label}: the root file system is in a folder of the archive: ${folders.join(', ')}`, {
    hint: ways.length === 1 ? `say so: ${ways[0]}` : `choose one: ${ways.join(' or ')}`,
  })
}
