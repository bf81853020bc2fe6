import { fieldsOf } from '../../base/bytes/fields.ts'
import type { Volume } from './volume.ts'

const LEAD = 0x41615252
const STRUCTURE = 0x61417272

/**
 * Reads the sector that says how many clusters are free, and which one was allocated last.
 *
 * Layout: Microsoft "FAT: General Overview of On-Disk Format" 1.03, "FAT32 FSInfo Sector Structure".
 *
 *     offset  bytes  field                              offset  bytes  field
 *          0      4  "RRaA"                                488      4  free clusters
 *        484      4  "rrAa"                                492      4  the cluster that was allocated last
 *
 * @returns a copy; `undefined`: the file system has none
 * @throws TargetError when there is something else where it should be
 */
export function readInfo(volume: Volume): Uint8Array | undefined {
  const { info } = volume.geometry
  if (info === undefined) return undefined
  const sector = new Uint8Array(volume.bytes.read(info, 512))
  const fields = fieldsOf(sector)
  if (fields.getUint32(0, true) !== LEAD || fields.getUint32(484, true) !== STRUCTURE) {
    throw volume.damaged('its FSInfo sector is invalid')
  }
  return sector
}

/** Writes down what the table says by now. The sums of the base are not believed: it is counted. */
export function writeInfo(volume: Volume): void {
  const sector = readInfo(volume)
  if (sector === undefined || volume.geometry.info === undefined) return
  const fields = fieldsOf(sector)
  fields.setUint32(488, volume.table.free, true)
  if (volume.table.last !== undefined) fields.setUint32(492, volume.table.last, true)
  volume.bytes.write(volume.geometry.info, sector)
}
