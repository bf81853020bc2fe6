import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from '../../base/digest.ts'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { ReadBackError } from '../../base/errors.ts'
import { copyImage } from '../../storage/archive/sparse-copy.ts'
import type { JobContext } from '../bake/bake-job.ts'
import { OutputSpace } from '../bake/output-space.ts'
import { BLOBS, blobName, type Format } from './layout.ts'
import { EMPTY_CONFIG, indexOf, LAYOUT_TEXT, manifestOf } from './oci-manifest.ts'
import type { Made } from './record.ts'

/** The file by which an OCI image layout is known. */
const MARK = 'oci-layout'
const INDEX = 'index.json'

/** What is listed: the part of a run's record that the index needs. */
interface Listed {
  readonly base: { readonly name: string; readonly sha256: string }
  readonly format: Format
  readonly devices: readonly Made[]
}

/** Whether a folder is an OCI image layout. */
export function isOciLayout(folder: string): boolean {
  return existsSync(join(folder, MARK))
}

/** Makes a folder an OCI image layout; its index is written when there is something to list. */
export function beginOciLayout(folder: string): void {
  mkdirSync(join(folder, BLOBS), { recursive: true })
  if (!isOciLayout(folder)) writeAtomically(join(folder, MARK), LAYOUT_TEXT, { mode: 0o644 })
}

/**
 * Copies the base into the layout, as it lies there, unless it is there already.
 *
 * @param sha256 of the base, in hex
 * @throws ReadBackError when it has changed meanwhile, SpaceError, Interrupted
 */
export async function addBase(
  folder: string,
  base: string,
  sha256: string,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<void> {
  const blob = join(folder, blobName(sha256))
  if (existsSync(blob)) return
  const size = statSync(base).size
  const space = new OutputSpace(blob)
  space.wants(size)
  const file = temporaryBeside(blob)
  const shown = progress('copying the base', size)
  try {
    await copyImage(base, file, { signal, onProgress: (done) => shown.update(done) })
    if ((await sha256OfFile(file, { signal })) !== sha256)
      throw new ReadBackError(`${base}: the copy in ${folder} is not what was read before`)
    renameSync(file, blob)
  } catch (error) {
    rmSync(file, { force: true })
    throw space.explain(error)
  } finally {
    shown.done()
  }
}

/**
 * Lists the devices of a fleet in the index of its layout, after their manifests are there.
 *
 * @returns what was written beside the blobs
 */
export function writeIndex(folder: string, fleet: Listed): string[] {
  const put = (content: Uint8Array) => {
    const blob = join(folder, blobOf(content))
    if (!existsSync(blob)) writeAtomically(blob, content, { mode: 0o644 })
  }
  put(EMPTY_CONFIG)
  const devices = manifestsOf(folder, fleet)
  for (const { manifest } of devices) put(manifest)
  writeAtomically(join(folder, INDEX), indexOf(devices), { mode: 0o644 })
  return [MARK, INDEX]
}

/** The blobs that a fleet needs, from its folder. */
export function blobsOf(folder: string, fleet: Listed): readonly string[] {
  const manifests = manifestsOf(folder, fleet).map(({ manifest }) => blobOf(manifest))
  return [blobName(fleet.base.sha256), blobOf(EMPTY_CONFIG), ...fleet.devices.map(({ file }) => file), ...manifests]
}

function manifestsOf(folder: string, { base, devices, format }: Listed) {
  const whole = { ...base, bytes: statSync(join(folder, blobName(base.sha256))).size }
  return devices.map((made) => ({ id: made.id, manifest: manifestOf(whole, made, format) }))
}

function blobOf(content: Uint8Array): string {
  return blobName(digestOf(content).replace('sha256:', ''))
}
