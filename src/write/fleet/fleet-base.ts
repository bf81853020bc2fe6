import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { PlainFile } from '../../base/disk/plain-file.ts'
import { compressionForName } from '../../storage/archive/compression.ts'
import { TarArchive } from '../../storage/tar/archive.ts'
import { isTar } from '../../storage/tar/tar-name.ts'
import { keptTarget } from '../../storage/tree/kept.ts'
import type { Target } from '../../storage/tree/tree.ts'
import type { PartitionChoice } from '../apply/choose-partitions.ts'
import { imageTarget } from '../apply/open-image.ts'
import type { JobContext } from '../bake/bake-job.ts'
import { type BaseImage, closeBaseImage, enteredImage, isPacked, openBaseImage } from '../bake/base-image.ts'
import { type ArchiveReading, openTar, targetOf } from '../bake/open-tar.ts'
import { OutputSpace } from '../bake/output-space.ts'
import { verityOf } from '../delta/fitting-base.ts'
import type { Format } from './layout.ts'

/** The base of a fleet as every device of a run reads it. */
export interface FleetBase {
  /** The base, or a file of our own that it was unpacked to. */
  readonly path: string
  /** Of the base as it lies there, in hex. */
  readonly sha256: string
  /** For deltas: of an image that is not packed, the digests of its blocks ({@link VerityTree.blocks}). */
  readonly blocks?: Uint8Array | undefined
  /** Removes what is our own. */
  close(): void
}

/**
 * Makes a base ready for many devices: one that cannot be entered where it lies is unpacked once, into the folder of the fleet.
 *
 * @throws TargetError when it is damaged or not what its name says, SpaceError, Interrupted
 */
export async function openFleetBase(
  base: string,
  folder: string,
  format: Format,
  work: Pick<JobContext, 'signal' | 'progress'>,
): Promise<FleetBase> {
  const space = new OutputSpace(join(folder, 'base'))
  const working = { ...work, isHashed: true, trustBase: true, space }
  try {
    return isTar(base) ? await tarBase(base, folder, working) : await imageBase(base, folder, format, working)
  } catch (error) {
    throw space.explain(error)
  }
}

async function tarBase(base: string, folder: string, working: JobContext): Promise<FleetBase> {
  // That a marker is missing is for each device to find, or to be allowed.
  const opened = await openTar({ base, out: join(folder, 'base.tar') }, { allowUnterminated: true }, working)
  opened.archive.close()
  return own(opened.unpacked, base, opened.sha256 ?? '')
}

async function imageBase(base: string, folder: string, format: Format, working: JobContext): Promise<FleetBase> {
  const kind = format === 'overlay.tar' ? compressionForName(base) : compressionForName(format)
  const opened = await openBaseImage(base, join(folder, 'base.img'), kind, working)
  const blocks = format === 'delta' ? await blocksOf(opened, working) : undefined
  opened.bytes.close()
  if (opened.kind === 'decoded') return { ...own(opened.bytes.path, base, opened.sha256 ?? ''), blocks }
  const { signal } = working
  const shown = working.progress('reading the base', undefined)
  try {
    const sha256 = await sha256OfFile(base, { signal, onBytes: (done) => shown.update(done) })
    return { ...own(undefined, base, sha256), blocks }
  } finally {
    shown.done()
  }
}

async function blocksOf(opened: BaseImage, working: JobContext): Promise<Uint8Array> {
  try {
    return (await verityOf(opened, 'reading the blocks of the base', working)).blocks
  } catch (error) {
    closeBaseImage(opened)
    throw error
  }
}

function own(unpacked: string | undefined, base: string, sha256: string): FleetBase {
  const close = () => {
    if (unpacked !== undefined) rmSync(unpacked, { force: true })
  }
  return { path: unpacked ?? base, sha256, close }
}

/** The partitions of the base, to be read by one device after another. @throws TargetError */
export function fleetTarget(
  base: { readonly path: string; readonly label: string },
  options: PartitionChoice & ArchiveReading,
): Target {
  return keptTarget(openedTarget(base, options))
}

function openedTarget(
  { path, label }: { readonly path: string; readonly label: string },
  options: PartitionChoice & ArchiveReading,
): Target {
  if (!isTar(label)) return imageTarget(isPacked(path) ? enteredImage(path) : new PlainFile(path), label, options)
  const archive = new TarArchive(path, { label, allowUnterminated: options.allowUnterminated })
  return targetOf([archive], options.strip ?? '')
}
