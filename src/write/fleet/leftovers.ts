import { lstatSync, readdirSync, rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { DEVICE_ID, FORMATS } from './layout.ts'

/** A file of a device that is in the fleet no more. */
export interface Leftover {
  readonly id: string
  /** From the folder of the fleet. */
  readonly file: string
  readonly bytes: number
}

/**
 * What lies in the folder of a fleet for devices that it does not have any more: outputs, records and secrets. Files of other names, and
 * what is not a regular file, are somebody's own.
 *
 * @param ids of the devices that it has
 */
export function leftoversOf(folder: string, ids: ReadonlySet<string>): readonly Leftover[] {
  const endings: Readonly<Record<string, readonly string[]>> = {
    devices: FORMATS.map((format) => `.${format}`),
    records: ['.json'],
    secrets: ['.json', '.json.age', '.json.age.new'],
  }
  return Object.entries(endings).flatMap(([place, known]) =>
    namesIn(join(folder, place)).flatMap((name): Leftover[] => {
      // The longest: `.overlay.tar` is no `.tar` of a device `a.overlay`.
      const ending = known.filter((one) => name.endsWith(one)).sort((a, b) => b.length - a.length)[0]
      const id = ending === undefined ? '' : name.slice(0, -ending.length)
      const stats = statsOf(join(folder, place, name))
      if (!DEVICE_ID.test(id) || ids.has(id) || !stats?.isFile()) return []
      return [{ id, file: `${place}/${name}`, bytes: stats.size }]
    }),
  )
}

/** Removes what {@link leftoversOf} has found. */
export function removeLeftovers(folder: string, leftovers: readonly Leftover[]): void {
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
