import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { visible } from '../../base/encode/visible.ts'
import { sharedHostKeys } from './host-key-records.ts'
import { blobName, fileOf, type Layout } from './layout.ts'
import { isOciLayout } from './oci-layout.ts'
import type { Made } from './record.ts'
import { type Fleet, readFleet, recordName, shardOfName } from './run-records.ts'
import { shardOf } from './shard.ts'

/** The records of the parts do not make one whole fleet. */
export class MergeError extends Error {
  override readonly name = 'MergeError'
  /** All that is wrong, a line each. */
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`the parts do not make one fleet: ${faults.length === 1 ? '1 fault' : `${faults.length} faults`}`)
    this.faults = faults
  }
}

interface MergeWork {
  readonly signal: AbortSignal
  /** @param done devices whose output was read, of all */
  onProgress(done: number, total: number): void
}

/**
 * Joins the records of the parts in a folder. Each device of the inventory is made, by the part that it belongs to and no other,
 * each output is what its record says, and no host key is there twice.
 *
 * @throws MergeError naming all that is not so, Interrupted
 */
export async function mergeParts(folder: string, work: MergeWork): Promise<Fleet> {
  const parts = readParts(folder)
  const first = parts[0] as Fleet
  const layout = isOciLayout(folder) ? 'oci' : 'files'
  const faults = [...differing(parts), ...misplaced(parts, layout)]
  const devices = parts.flatMap((part) => part.devices)
  faults.push(...sharedHostKeys(devices))
  if (faults.length === 0) faults.push(...(await changedOutputs(folder, devices, work)))
  if (faults.length === 0 && layout === 'oci') faults.push(...(await changedBase(folder, first, work)))
  if (faults.length > 0) throw new MergeError(faults)
  return { ...first, shard: null, devices, missing: [] }
}

/** @throws MergeError, TargetError when a record is somebody else's */
function readParts(folder: string): Fleet[] {
  const names = namesIn(join(folder, 'shards'))
  const counts = [...new Set(names.map((name) => shardOfName(name)?.count))]
  const [count] = counts
  if (count === undefined)
    throw new MergeError([`${folder} has no shards/I-of-N.json: pibake fleet … --shard I/N makes them`])
  if (counts.length > 1) {
    throw new MergeError([
      `there are parts of ${counts.join(' and of ')}: remove those of the earlier run from shards/`,
    ])
  }
  const missing = Array.from({ length: count }, (_, i) => recordName({ index: i + 1, count }))
    .filter((name) => !names.includes(name.replace('shards/', '')))
    .map((name) => `${name} is missing`)
  if (missing.length > 0) throw new MergeError(missing)
  return names.map((name) => {
    const part = readFleet(folder, `shards/${name}`)
    if (part === undefined || !isDeepStrictEqual(part.shard, shardOfName(name))) {
      throw new MergeError([`shards/${visible(name)} is not the record of that part`])
    }
    return part
  })
}

function namesIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  const index = (name: string) => shardOfName(name)?.index ?? 0
  return readdirSync(folder)
    .filter((name) => shardOfName(name) !== undefined)
    .sort((a, b) => index(a) - index(b))
}

/** What is to be the same in every part. */
const SHARED = ['version', 'tool', 'base', 'spec', 'inventory', 'format', 'ids'] as const

function differing(parts: readonly Fleet[]): string[] {
  const [first, ...others] = parts
  return others.flatMap((part) =>
    SHARED.filter((key) => !isDeepStrictEqual(part[key], first?.[key])).map(
      (key) =>
        `${nameOf(part)} was made with another ${key === 'ids' ? 'list of devices' : key} than ${nameOf(first as Fleet)}`,
    ),
  )
}

/** Devices that are missing, there twice, or in a part that they do not belong to. */
function misplaced(parts: readonly Fleet[], layout: Layout): string[] {
  const [{ ids }] = parts as [Fleet, ...Fleet[]]
  const missing = new Set(ids)
  const faults = parts.flatMap((part) =>
    part.devices.flatMap((made) => {
      const { id, file } = made
      const isOwn = shardOf(id, parts.length) === part.shard?.index
      if (isOwn && missing.delete(id))
        return file === fileOf(made, { format: part.format, layout })
          ? []
          : [`${nameOf(part)} has ${id} in another place than its own`]
      return [
        isOwn
          ? `${nameOf(part)} has ${id} twice, or the inventory has it not`
          : `${nameOf(part)} has ${id} of another part`,
      ]
    }),
  )
  return [...faults, ...[...missing].map((id) => `${id} is not made; it belongs to part ${shardOf(id, parts.length)}`)]
}

async function changedOutputs(
  folder: string,
  devices: readonly Made[],
  { signal, onProgress }: MergeWork,
): Promise<string[]> {
  const faults: string[] = []
  for (const [i, made] of devices.entries()) {
    faults.push(...(await changedFile(folder, made, signal)))
    onProgress(i + 1, devices.length)
  }
  return faults
}

/** The base of an OCI layout, which the parts have in common. */
function changedBase(folder: string, { base: { sha256 } }: Fleet, { signal }: MergeWork): Promise<string[]> {
  return changedFile(folder, { file: blobName(sha256), sha256 }, signal)
}

async function changedFile(
  folder: string,
  { file, sha256, bytes }: Pick<Made, 'file' | 'sha256'> & { readonly bytes?: number },
  signal: AbortSignal,
): Promise<string[]> {
  const path = join(folder, file)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return [`${file} is not there`]
  const isLike = stats.isFile() && (bytes === undefined || stats.size === bytes)
  return isLike && (await sha256OfFile(path, { signal })) === sha256 ? [] : [`${file} is not what its record says`]
}

function nameOf({ shard }: Fleet): string {
  return recordName(shard ?? undefined)
}
