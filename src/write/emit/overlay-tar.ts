import { writeAtomically } from '../../base/disk/write-atomically.ts'
import type { Change } from '../../core/plan/state.ts'
import { overlayBytes } from './overlay-bytes.ts'

/**
 * Writes what the changes leave behind to a tar ({@link overlayBytes}). It may hold password hashes: it belongs to the caller
 * alone (0600).
 *
 * @param file written beside and renamed, so that it is whole or not there
 * @param options.epoch seconds since 1970, every entry's time
 */
export async function writeOverlay(
  file: string,
  changes: readonly Change[],
  options: { readonly epoch: number },
): Promise<void> {
  const operations = changes.map(({ operation }) => operation)
  writeAtomically(file, await overlayBytes(operations, options), { mode: 0o600 })
}
