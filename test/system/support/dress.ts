import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../src/sample/behaviours.ts'
import { dressing } from '../../../src/sample/dressing.ts'
import type { Layout } from '../../../src/sample/layout.ts'
import { DirectoryTree } from '../../../src/storage/tree/directory.ts'
import type { MemoryNode } from '../../../src/storage/tree/memory.ts'
import { runIn } from './chroot.ts'
import { type Architecture, type Kind, native } from './recipe.ts'
import { debianRoot, discard, scratch } from './roots.ts'

/** Two directories in the shape of a mounted Raspberry Pi OS image; see {@link stockImage}. */
export interface Image {
  readonly root: string
  readonly boot: string
  /** Removes both. */
  remove(): void
}

/**
 * A real Debian root with what Raspberry Pi OS Lite adds to it, and a boot partition beside it, both private to the
 * caller. Debian's programs are this machine's unless another architecture is asked for; what Raspberry Pi alone ships (userconf-pi,
 * raspberrypi-sys-mods, the kernel …) are the stand-ins of `src/sample`.
 *
 * @param kind `full` has the packages of the first start in it already
 */
export function stockImage(behaviour: Behaviour, kind: Kind = 'lite', architecture: Architecture = native): Image {
  const root = scratch(debianRoot(behaviours[behaviour].release, kind, architecture))
  const boot = join(dirname(root), 'boot')
  const tree = new DirectoryTree(root)
  try {
    const added = dressing({ behaviour, variant: 'lite', architecture: 'arm64' }, tree)
    settle(root, lay(root, added.root))
    mkdirSync(boot)
    lay(boot, added.boot)
  } catch (error) {
    discard(root)
    throw error
  } finally {
    tree.close()
  }
  return { root, boot, remove: () => discard(root) }
}

/**
 * What a Debian package has brought stays: a stand-in under /usr is only for what Debian does not have.
 *
 * @returns the files below /usr that were laid
 */
function lay(directory: string, layout: Layout): readonly string[] {
  const laid: string[] = []
  for (const [path, node] of Object.entries(layout)) {
    const place = join(directory, path)
    if (path.startsWith('/usr/') && existsSync(place)) continue
    if (node?.kind !== 'directory') rmSync(place, { recursive: true, force: true })
    mkdirSync(dirname(place), { recursive: true })
    if (node === null) continue
    make(place, node)
    if (path.startsWith('/usr/') && node.kind === 'file') laid.push(path)
    if (path.startsWith('/usr/lib/systemd/system/')) standInFor(directory, node)
  }
  return laid
}

/** A service of Raspberry Pi's whose program is not here would fail at every start, which says nothing of pibake. */
function standInFor(directory: string, unit: MemoryNode): void {
  if (unit.kind !== 'file') return
  const program = /^ExecStart=(\/\S+)/m.exec(new TextDecoder().decode(unit.content))?.[1]
  if (program === undefined || existsSync(join(directory, program))) return
  mkdirSync(dirname(join(directory, program)), { recursive: true })
  writeFileSync(join(directory, program), '#!/bin/sh\n# Stand-in.\nexit 0\n', { mode: 0o755 })
}

/** dpkg misses the file lists of packages that it did not install itself, and an architecture it was never told of. */
function settle(root: string, laid: readonly string[]): void {
  const dpkg = join(root, 'var/lib/dpkg')
  for (const [, name] of readFileSync(join(dpkg, 'status'), 'utf8').matchAll(
    /^Package: (.*)\n(?:.+\n)*Maintainer: sample /gm,
  )) {
    for (const kind of ['list', 'md5sums']) writeFileSync(join(dpkg, 'info', `${name}.${kind}`), '')
  }
  // Most are of this package, and none is of Debian's.
  const digests = laid.map((path) => `${md5(readFileSync(join(root, path)))}  ${path.slice(1)}\n`)
  writeFileSync(join(dpkg, 'info/raspberrypi-sys-mods.md5sums'), digests.join(''))
  runIn(root, ['dpkg', '--add-architecture', 'arm64'])
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}

function make(place: string, node: MemoryNode): void {
  switch (node.kind) {
    case 'file':
      writeFileSync(place, node.content)
      break
    case 'directory':
      mkdirSync(place, { recursive: true })
      break
    case 'symlink':
      symlinkSync(node.target, place)
      lchownSync(place, node.uid, node.gid)
      return
    default:
      throw new Error(`${place}: a layout holds no ${node.kind}`)
  }
  chownSync(place, node.uid, node.gid)
  chmodSync(place, node.mode)
}
