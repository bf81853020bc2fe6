import type { Origin } from '../../base/report/origin.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { directory, file, type Operation, symlink } from '../plan/operation.ts'

/**
 * What a .deb of the spec lays on the device, as operations. A file below /etc that the image has already stays: the
 * first start installs with `--force-confold`.
 *
 * @param deb the files that it holds
 */
export function broughtBy(deb: Tree, image: Tree): readonly Operation[] {
  return below(deb, '/').filter(({ kind, path }) => {
    const there = image.lstat(image.resolve(path))?.kind
    if (kind === 'directory') return there !== 'directory'
    return there !== 'directory' && (there === undefined || !path.startsWith('/etc/'))
  })
}

/** Of no plan, so nobody is told of it. */
const origin: Origin = { path: ['packages', 'debs'], key: 'packages.debs', position: null, default: null, because: '' }

function below(tree: Tree, folder: string): readonly Operation[] {
  return tree.list(folder).flatMap((name): readonly Operation[] => {
    const path = folder === '/' ? `/${name}` : `${folder}/${name}`
    const entry = tree.lstat(path)
    if (entry?.kind === 'symlink') return [symlink(path, entry.target, { origin })]
    if (entry?.kind !== 'file' && entry?.kind !== 'directory') return []
    const meta = { mode: entry.mode, owner: { uid: entry.uid, gid: entry.gid }, origin }
    if (entry.kind === 'file') return [file(path, tree.read(path) ?? new Uint8Array(), meta)]
    return [directory(path, meta), ...below(tree, path)]
  })
}
