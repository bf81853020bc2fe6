import { latin1, latin1Text } from '../../base/host/bytes.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type FileOperation, file } from '../plan/operation.ts'
import { isReadableByAll } from '../plan/readable-by-all.ts'

/** A file of the image as text in which every byte is one character, so that foreign lines come through unchanged. */
export function imageText(root: Tree, path: string): string {
  return latin1Text(root.read(path) ?? new Uint8Array())
}

/**
 * A file of the image with some lines changed: at the place a link leads to, with the mode and owner it has; a file that
 * is not there yet is root's and readable by all.
 *
 * @param content the bytes, or text from {@link imageText}
 * @param lines those that are changed, by their number from 0; without it the whole content is new
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
  return file(place, typeof content === 'string' ? latin1(content) : content, {
    mode,
    owner: { uid, gid },
    origin,
    ...(lines === undefined ? {} : { lines, edited: true }),
    // What stays of it may be a secret.
    ...(isReadableByAll(root, place) ? {} : { secret: true }),
  })
}

/** Explains the lines that match, and only those. */
export function linesOf(text: string, matches: (line: string) => boolean, origin: Origin): Map<number, Origin> {
  return new Map(text.split('\n').flatMap((line, number) => (matches(line) ? [[number, origin] as const] : [])))
}
