import type { Origin } from '../../base/report/origin.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type Operation, remove } from '../plan/operation.ts'
import type { Context } from './control.ts'
import { editedFile, imageText } from './edited-file.ts'
import { type BlockLine, ownLines, withBlock } from './own-block.ts'

/**
 * A file of the image with lines of pibake's own ({@link withBlock}); nothing where there are none, and were none.
 *
 * @param options.mode in place of the one that the image gave it
 */
export function blockedFile(
  { inventory: { root } }: Context,
  path: string,
  block: readonly BlockLine[],
  origin: Origin,
  { mode, ...place }: Parameters<typeof withBlock>[2] & { readonly mode?: number | undefined } = {},
): Operation[] {
  const before = imageText(root, path)
  const { text, lines } = withBlock(before, block, place)
  if (block.length === 0 && text === before) return []
  // There was no such file before pibake's lines came.
  if (text === '') return [remove(path, { origin })]
  const operation = editedFile(root, path, text, origin, lines)
  const owned = mode === undefined ? operation : { ...operation, mode }
  return [block.length === 0 ? { ...owned, undoes: true } : owned]
}

/** Whether a line (from 1) of a file of the image is one that an earlier plan has put there. */
export function isInBlock(root: Tree, path: string, line: number): boolean {
  const own = ownLines(imageText(root, path))
  return own !== undefined && line > own.first && line < own.last
}
