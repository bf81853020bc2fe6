import type { FileOperation, Origin } from '../plan/operation.ts'
import type { Tree } from '../tree/tree.ts'

/** A file of the image as text in which every byte is one character, so that foreign lines come through unchanged. */
export function imageText(root: Tree, path: string): string {
  return Buffer.from(root.read(path) ?? new Uint8Array()).toString('latin1')
}

/**
 * A file of the image with some lines changed: at the place a link leads to, with the mode and owner it has; a file that
 * is not there yet is root's and readable by all.
 *
 * @param content the bytes, or text from {@link imageText}
 */
export function editedFile(
  root: Tree,
  path: string,
  content: string | Uint8Array,
  origin: Origin,
  lines?: ReadonlyMap<number, Origin>,
): FileOperation {
  const place = root.resolve(path)
  const entry = root.lstat(place)
  const { mode, uid, gid } = entry?.kind === 'file' ? entry : { mode: 0o644, uid: 0, gid: 0 }
  return {
    kind: 'file',
    partition: 'root',
    path: place,
    content: typeof content === 'string' ? new Uint8Array(Buffer.from(content, 'latin1')) : content,
    mode,
    owner: { uid, gid },
    origin,
    ...(lines === undefined ? {} : { lines }),
  }
}
