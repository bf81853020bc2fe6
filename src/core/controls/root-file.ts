import type { Origin } from '../../base/report/origin.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import {
  type DirectoryOperation,
  directory,
  type FileOperation,
  file,
  type RemoveOperation,
  remove,
} from '../plan/operation.ts'
import { render } from '../render/render.ts'

/**
 * A file of root's on the root partition, readable by all unless `mode` says else.
 *
 * @param options.template the path of its template, where that is another one than its own
 */
export function rootFile(
  path: string,
  data: object,
  origin: Origin,
  { mode = 0o644, template = path }: { readonly mode?: number; readonly template?: string } = {},
): FileOperation {
  const { content, lines } = render(`root${template}.ejs`, data)
  return file(path, content, { mode, origin, lines })
}

/** Takes away what an earlier spec had pibake write at `path`. */
export function absent(path: string, origin: Origin): RemoveOperation {
  return remove(path, { origin })
}

/** {@link absent} for what the image has of these: a plan for an image without them does not name them. */
export function staleOnly(root: Tree, paths: readonly string[], origin: Origin): RemoveOperation[] {
  return paths.filter((path) => root.lstat(path) !== undefined).map((path) => absent(path, origin))
}

/** A directory of root's on the root partition. */
export function rootDirectory(path: string, origin: Origin, mode = 0o755): DirectoryOperation {
  return directory(path, { mode, origin })
}

/** A file that root alone may read, and that no output shows. */
export function secretFile(path: string, text: string, origin: Origin): FileOperation {
  const content = new TextEncoder().encode(text)
  return file(path, content, { mode: 0o600, origin, secret: true })
}
