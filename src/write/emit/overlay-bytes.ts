import { concat } from '../../base/host/bytes.ts'
import { bytewise } from '../../base/order.ts'
import type { Operation } from '../../core/plan/operation.ts'
import { BLOCK } from '../../storage/tar/header.ts'
import { entryBytes, type NewEntry } from '../../storage/tar/make.ts'
import { newEntryOf } from './tar-entry-of.ts'

/**
 * What operations leave behind, as a tar: paths of the root partition as they are, the boot partition's below
 * `boot/firmware/` where it is mounted, a removed path as the whiteout `.wh.NAME` of OCI image layers. The same operations
 * give the same bytes.
 *
 * @param options.epoch seconds since 1970, every entry's time
 */
export async function overlayBytes(
  operations: readonly Operation[],
  options: { readonly epoch: number },
): Promise<Uint8Array> {
  const entries = operations.map(overlayEntry).sort((a, b) => bytewise(a.name, b.name))
  const parts: Uint8Array[] = []
  for (const entry of entries) parts.push(await entryBytes(entry, options))
  return concat([...parts, new Uint8Array(2 * BLOCK)])
}

function overlayEntry(operation: Operation): NewEntry {
  const name = `${operation.partition === 'boot' ? 'boot/firmware' : ''}${operation.path}`.replace(/^\//, '')
  if (operation.kind !== 'remove') return newEntryOf(operation, name)
  const whiteout = name.replace(/[^/]*$/, (last) => `.wh.${last}`)
  return { name: whiteout, type: 'file', mode: 0o600, owner: { uid: 0, gid: 0 }, content: new Uint8Array() }
}
