import { lstatSync, readdirSync, rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { BLOBS, DEVICE_ID, FORMATS } from './layout.ts'
import { blobsOf, isOciLayout, writeIndex } from './oci-layout.ts'
import { recordedFile } from './record.ts'
import { type Fleet, readFleet, recordName } from './run-records.ts'

/** A file that the fleet does not need any more. */
export interface Leftover {
  /** Of a device that is in the fleet no more; undefined: a blob that no device has, as when one was made again. */
  readonly id: string | undefined
  /** From the folder of the fleet. */
  readonly file: string
  readonly bytes: number
}

/**
 * What lies in the folder of a fleet for devices that it does not have any more: outputs, records and secrets; of an OCI image layout
 * blobs too, whatever they were for. Files of other names, and what is not a regular file, are somebody's own.
 *
 * @param ids of the devices that it has
 */
export function leftoversOf(folder: string, ids: ReadonlySet<string>): readonly Leftover[] {
  const endings: Readonly<Record<string, readonly string[]>> = {
    devices: FORMATS.map((format) => `.${format}`),
    records: ['.json'],
    secrets: ['.json', '.json.age', '.json.age.new'],
  }
  const ofDevices = Object.entries(endings).flatMap(([place, known]) =>
    namesIn(join(folder, place)).flatMap((name): Leftover[] => {
      // The longest: `.overlay.tar` is no `.tar` of a device `a.overlay`.
      const ending = known.filter((one) => name.endsWith(one)).sort((a, b) => b.length - a.length)[0]
      const id = ending === undefined ? '' : name.slice(0, -ending.length)
      const stats = statsOf(join(folder, place, name))
      if (!DEVICE_ID.test(id) || ids.has(id) || !stats?.isFile()) return []
      return [{ id, file: `${place}/${name}`, bytes: stats.size }]
    }),
  )
  return [...ofDevices, ...(isOciLayout(folder) ? unusedBlobs(folder, ids) : [])]
}

/** Whether it can be said what the fleet needs: of the blobs of an OCI layout the record of a whole run says it. */
export function isSettled(folder: string): boolean {
  return !isOciLayout(folder) || wholeFleet(folder) !== undefined
}

/** Blobs that no device which stays needs, by the record of the run, or by its own where the run was of others. */
function unusedBlobs(folder: string, ids: ReadonlySet<string>): readonly Leftover[] {
  const fleet = wholeFleet(folder)
  if (fleet === undefined) return []
  const owners = new Map(fleet.devices.map(({ id, file }) => [file, id]))
  const recorded = [...ids].map((id) => recordedFile(folder, id))
  const needed = new Set([...blobsOf(folder, staying(fleet, ids)), ...recorded])
  return namesIn(join(folder, BLOBS)).flatMap((name): Leftover[] => {
    const file = `${BLOBS}/${name}`
    const stats = statsOf(join(folder, file))
    if (!/^[0-9a-f]{64}$/.test(name) || needed.has(file) || !stats?.isFile()) return []
    return [{ id: owners.get(file), file, bytes: stats.size }]
  })
}

function wholeFleet(folder: string): Fleet | undefined {
  return readFleet(folder, recordName(undefined))
}

function staying(fleet: Fleet, ids: ReadonlySet<string>): Fleet {
  return { ...fleet, devices: fleet.devices.filter(({ id }) => ids.has(id)) }
}

/** Removes what {@link leftoversOf} has found for the same devices. Before a blob goes, no index lists it. */
export function removeLeftovers(folder: string, ids: ReadonlySet<string>, leftovers: readonly Leftover[]): void {
  const fleet = isOciLayout(folder) ? wholeFleet(folder) : undefined
  if (fleet !== undefined && leftovers.length > 0) writeIndex(folder, staying(fleet, ids))
  for (const { file } of leftovers) rmSync(join(folder, file), { force: true })
}

/** Whether a run has begun in the folder: there is one for its records. */
export function isFleet(folder: string): boolean {
  return statsOf(join(folder, 'records'))?.isDirectory() === true
}

/** None where a link leads to another folder. */
function namesIn(folder: string): readonly string[] {
  return statsOf(folder)?.isDirectory() ? readdirSync(folder).sort() : []
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}
