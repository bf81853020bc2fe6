import { basename, dirname, join } from 'node:path'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { bytewise } from '../../base/order.ts'
import type { Operation } from '../../core/plan/operation.ts'
import type { Change } from '../../core/plan/state.ts'
import { BLOCK } from '../../storage/tar/header.ts'
import { entryBytes, type NewEntry } from '../../storage/tar/make.ts'
import { newEntryOf } from './tar-entry-of.ts'

/**
 * Writes what the changes leave behind to a tar: paths of the root partition as they are, the boot partition's below
 * `boot/firmware/` where it is mounted, a removed path as the whiteout `.wh.NAME` of OCI image layers. The same changes
 * give the same bytes. The tar may hold password hashes: it belongs to the caller alone (0600).
 *
 * @param file written beside and renamed, so that it is whole or not there
 * @param options.epoch seconds since 1970, every entry's time
 */
export async function writeOverlay(
  file: string,
  changes: readonly Change[],
  options: { readonly epoch: number },
): Promise<void> {
  const content = await overlayTar(
    changes.map(({ operation }) => operation),
    options,
  )
  writeAtomically(file, content, { mode: 0o600 })
}

/**
 * The tar's bytes.
 *
 * @internal exported for the tests
 */
export async function overlayTar(operations: readonly Operation[], options: { epoch: number }): Promise<Buffer> {
  const entries = operations.map(overlayEntry).sort((a, b) => bytewise(a.name, b.name))
  const parts: Buffer[] = []
  for (const entry of entries) parts.push(await entryBytes(entry, options))
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

function overlayEntry(operation: Operation): NewEntry {
  const name = `${operation.partition === 'boot' ? 'boot/firmware' : ''}${operation.path}`.replace(/^\//, '')
  if (operation.kind !== 'remove') return newEntryOf(operation, name)
  const whiteout = join(dirname(name), `.wh.${basename(name)}`)
  return { name: whiteout, type: 'file', mode: 0o600, owner: { uid: 0, gid: 0 }, content: new Uint8Array() }
}
