import type { Change } from '../plan/state.ts'

/** Not written yet: the tree engineer's file takes this place. */
export async function writeOverlay(
  _file: string,
  _changes: readonly Change[],
  _options: { epoch: number },
): Promise<void> {
  throw new Error('--overlay: not in this commit')
}
