import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as v from 'valibot'
import { readBelieved } from '../../base/disk/believed.ts'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { visible } from '../../base/encode/visible.ts'
import { sharedHostKeys } from './host-key-records.ts'
import { outputName } from './layout.ts'
import type { Made } from './record.ts'
import { type Fleet, fleetSchema, recordName, shardOfName } from './run-records.ts'
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
  const faults = [...differing(parts), ...misplaced(parts)]
  const devices = parts.flatMap((part) => part.devices)
  faults.push(...sharedHostKeys(devices))
  if (faults.length === 0) faults.push(...(await changedOutputs(folder, devices, work)))
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
    const bytes = readBelieved(join(folder, 'shards', name), statSync(join(folder, 'shards')))
    const found = v.safeParse(v.pipe(v.string(), v.parseJson(), fleetSchema), new TextDecoder().decode(bytes))
    if (!found.success || !isDeepStrictEqual(found.output.shard, shardOfName(name))) {
      throw new MergeError([`shards/${visible(name)} is not the record of that part`])
    }
    return found.output
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
function misplaced(parts: readonly Fleet[]): string[] {
  const [{ ids }] = parts as [Fleet, ...Fleet[]]
  const missing = new Set(ids)
  const faults = parts.flatMap((part) =>
    part.devices.flatMap(({ id, file }) => {
      const isOwn = shardOf(id, parts.length) === part.shard?.index
      if (isOwn && missing.delete(id))
        return file === outputName(id, part.format) ? [] : [`${nameOf(part)} has ${id} in another place than its own`]
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
  for (const [i, { file, sha256, bytes }] of devices.entries()) {
    const path = join(folder, file)
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) faults.push(`${file} is not there`)
    else if (!stats.isFile() || stats.size !== bytes || (await sha256OfFile(path, { signal })) !== sha256) {
      faults.push(`${file} is not what its record says`)
    }
    onProgress(i + 1, devices.length)
  }
  return faults
}

function nameOf({ shard }: Fleet): string {
  return recordName(shard ?? undefined)
}
