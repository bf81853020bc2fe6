import { join } from 'node:path'

/** What becomes of a device: an image or an archive by its ending, the tar of what changes, or the blocks of the base that do. */
export const FORMATS = [
  'img',
  'img.xz',
  'img.zst',
  'img.gz',
  'tar',
  'tar.xz',
  'tar.zst',
  'tar.gz',
  'overlay.tar',
  'delta',
] as const

export type Format = (typeof FORMATS)[number]

/** How what is made lies in the folder of a fleet: by the names of the devices, or as an OCI image layout, by what it holds. */
export type Layout = 'files' | 'oci'

/** Where what is made of a device goes. */
export interface OutputPlace {
  /** The folder of the fleet. */
  readonly folder: string
  readonly format: Format
  readonly layout: Layout
}

/** What a device may be called: its id names files, on file systems of any kind. */
export const DEVICE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

/** Where what belongs to a device lies in the folder of a fleet, beside what is made of it. */
export function pathsOf(folder: string, id: string) {
  return {
    record: join(folder, 'records', `${id}.json`),
    secrets: secretPathsOf(folder, id),
  }
}

/** Where the secrets of a device lie: as they are, sealed, and sealed but not yet in their place. */
export function secretPathsOf(folder: string, id: string) {
  const plain = join(folder, 'secrets', `${id}.json`)
  return { plain, sealed: `${plain}.age`, pending: `${plain}.age.new` }
}

/** The name of what becomes of a device, from the folder of the fleet. */
export function outputName(id: string, format: Format): string {
  return `devices/${id}.${format}`
}

/** Where what was made of a device lies, from the folder of the fleet. */
export function fileOf(
  { id, sha256 }: { readonly id: string; readonly sha256: string },
  { format, layout }: Pick<OutputPlace, 'format' | 'layout'>,
): string {
  return layout === 'oci' ? blobName(sha256) : outputName(id, format)
}

/** The folder of the blobs of an OCI image layout. */
export const BLOBS = 'blobs/sha256'

/** @param sha256 of what it holds, in hex */
export function blobName(sha256: string): string {
  return `${BLOBS}/${sha256}`
}
