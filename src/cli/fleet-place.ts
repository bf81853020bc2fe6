import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { removeAbandoned } from '../base/disk/temporary.ts'
import { BLOBS, type Layout, type OutputPlace } from '../write/fleet/layout.ts'
import { isFleet } from '../write/fleet/leftovers.ts'
import { beginOciLayout, isOciLayout } from '../write/fleet/oci-layout.ts'
import { UsageError } from './usage-error.ts'

const OCI = 'oci:'

/** A folder as a command line names it: `kits`, or `oci:kits` for an OCI image layout. */
export function fleetPlace(text: string): { readonly folder: string; readonly layout: Layout } {
  if (!text.startsWith(OCI)) return { folder: text, layout: 'files' }
  const folder = text.slice(OCI.length)
  if (folder === '') throw new UsageError('-o oci: names no folder', '-o oci:DIR')
  return { folder, layout: 'oci' }
}

/**
 * Makes the folder of a fleet ready, and removes what runs that were killed have left in it.
 *
 * @throws UsageError when it cannot be one, or is one of another kind
 */
export function openFleetFolder({ folder, layout }: Pick<OutputPlace, 'folder' | 'layout'>): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new UsageError(`-o ${folder} is not a folder`, 'give one, or a name that is free')
  }
  assertKind(folder, layout)
  mkdirSync(join(folder, 'records'), { recursive: true, mode: 0o700 })
  if (layout === 'oci') beginOciLayout(folder)
  else mkdirSync(join(folder, 'devices'), { recursive: true })
  for (const name of ['', 'devices', 'records', 'secrets', 'shards', BLOBS]) removeAbandoned(join(folder, name))
}

function assertKind(folder: string, layout: Layout): void {
  const isOci = isOciLayout(folder)
  if (layout === 'files') {
    if (isOci) throw new UsageError(`${folder} is an OCI image layout`, `-o ${OCI}${folder}`)
    return
  }
  if (existsSync(join(folder, 'devices')))
    throw new UsageError(`${folder} has the files of a fleet already`, `-o ${folder}, or another folder`)
  if (isOci && !isFleet(folder))
    throw new UsageError(
      `${folder} is an OCI image layout that pibake fleet has not made`,
      'give another folder: its index would be replaced',
    )
}
