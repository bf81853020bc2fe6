import { hex } from '../../base/host/bytes.ts'
import { md5 } from '../../base/host/hash.ts'
import { remembered } from '../../base/remembered.ts'
import { readable } from '../../storage/tree/readable.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { architecturesOf } from './architecture.ts'

/** `own`: as its package brought it; `changed`: it differs, or is gone; `unknown`: no list of those packages names it. */
export type PackageFileState = 'own' | 'changed' | 'unknown'

/**
 * Whether a file is still as its package brought it, by the MD5 digests that dpkg keeps: those of configuration files in
 * its status, those of all others in `info/PACKAGE.md5sums`. Links are followed.
 *
 * @param packages those that could have brought it: only their lists are read; configuration files need none
 */
export function packageFileState(root: Tree, path: string, packages: readonly string[]): PackageFileState {
  const digests = digestsOf(root)
  const wanted = [path, root.resolve(path)]
    .map(merged)
    .flatMap((name) => digests.conffiles().get(name) ?? packages.flatMap((one) => digests.of(one).get(name) ?? []))
  if (wanted.length === 0) return 'unknown'
  const isFile = root.lstat(root.resolve(path))?.kind === 'file'
  const content = isFile ? root.read(path) : undefined
  return content !== undefined && wanted.includes(md5Of(content)) ? 'own' : 'changed'
}

/** Programs of the base of a fleet are those of all its devices. */
const md5Of = remembered((content: Uint8Array) => hex(md5(content)))

/** Whether dpkg has a list of what a package brought: without one nothing can be said of its files. */
export function hasDigests(root: Tree, packageName: string): boolean {
  return digestsOf(root).of(packageName).size > 0
}

/**
 * Whether a file is one that some packages lay in /usr, and as they brought it. What is in /etc or /usr/local is of whoever put
 * it there, and what another package brings may do anything.
 *
 * @param packages those that are known: what they bring need not be looked at
 */
export function isOfPackages(root: Tree, path: string, packages: readonly string[]): boolean {
  if (!path.startsWith('/usr/') || path.startsWith('/usr/local/')) return false
  // Without digests nothing can be said of what lies where packages put theirs.
  return !hasDigests(root, 'systemd') || packageFileState(root, path, packages) === 'own'
}

/**
 * Whether a file of the system is one that a package brought, and as it brought it.
 *
 * @param likely packages that are asked first: to ask all is dear
 */
export function isAsPackaged(root: Tree, path: string, likely: readonly string[]): boolean {
  // Without digests nothing can be said of what lies where packages put theirs.
  if (!hasDigests(root, 'systemd')) return path.startsWith('/usr/lib/')
  const state = packageFileState(root, path, likely)
  const others = state === 'unknown' ? packagesOf(root, path) : []
  return (others.length === 0 ? state : packageFileState(root, path, others)) === 'own'
}

/** Those of some packages that brought a file, looked for in all lists: dear, for the few files that need it. */
export function packagesOf(root: Tree, path: string): readonly string[] {
  return packagesWithDigests(root).filter((name) => digestsOf(root).of(name).has(merged(path)))
}

function packagesWithDigests(root: Tree): readonly string[] {
  const names = root.list(INFO).flatMap((name) => /^(.*?)(?::[^:]*)?\.md5sums$/.exec(name)?.[1] ?? [])
  return [...new Set(names)]
}

/** Files outside of /etc that are there and not as their package brought them; all of them are read. */
export function changedFiles(root: Tree): readonly { readonly path: string; readonly packageName: string }[] {
  const digests = digestsOf(root)
  return packagesWithDigests(root).flatMap((packageName) =>
    [...digests.of(packageName)].flatMap(([path, digest]) => {
      // dpkg may be told to leave files out (path-exclude).
      if (path.startsWith('/etc/') || root.lstat(path) === undefined) return []
      const content = readable(root, root.resolve(path))
      return content === undefined || hex(md5(content)) === digest ? [] : [{ path, packageName }]
    }),
  )
}

/** Path → digest. */
type Digests = ReadonlyMap<string, string>

const INFO = '/var/lib/dpkg/info'

const NOTHING = new Uint8Array()

const known = new WeakMap<Tree, PackageDigests>()

/** A tree's lists are read once: it is not changed while it is judged. */
function digestsOf(root: Tree): PackageDigests {
  const found = known.get(root) ?? new PackageDigests(root)
  known.set(root, found)
  return found
}

class PackageDigests {
  readonly #root: Tree
  readonly #lists = new Map<string, Digests>()
  #conffiles: Digests | undefined
  #diversions: readonly Diversion[] | undefined
  #architectures: readonly string[] | undefined

  constructor(root: Tree) {
    this.#root = root
  }

  /** The files of a package, each where dpkg put it. */
  of(name: string): Digests {
    const list = this.#lists.get(name) ?? this.#read(name)
    this.#lists.set(name, list)
    return list
  }

  /** The configuration files of all packages, as they were when their packages brought them (deb-conffiles(5)). */
  conffiles(): Digests {
    this.#conffiles ??= conffilesIn(this.#root.read('/var/lib/dpkg/status') ?? NOTHING)
    return this.#conffiles
  }

  #read(name: string): Digests {
    this.#diversions ??= diversions(this.#root)
    this.#architectures ??= all(architecturesOf(this.#root))
    const files = [name, ...this.#architectures.map((architecture) => `${name}:${architecture}`)]
    const lists = files
      .flatMap((file) => this.#root.read(`${INFO}/${file}.md5sums`) ?? [])
      .map((list) => digestsIn(list))
    const moved = this.#diversions.filter(({ by, from }) => by !== name && lists.some((list) => list.has(from)))
    const [first = new Map<string, string>(), ...more] = lists
    if (more.length === 0 && moved.length === 0) return first
    const places = new Map(moved.map(({ from, to }) => [from, to]))
    return new Map(lists.flatMap((list) => [...list].map(([path, digest]) => [places.get(path) ?? path, digest])))
  }
}

const conffilesIn = remembered((status: Uint8Array): Digests => {
  const lines = new TextDecoder().decode(status).matchAll(/^ (\/\S.*?) ([0-9a-f]{32})(?: [a-z-]+)*$/gm)
  return new Map(Array.from(lines, ([, path = '', digest = '']) => [merged(path), digest]))
})

const digestsIn = remembered((list: Uint8Array): Digests => {
  const lines = new TextDecoder().decode(list).matchAll(/^([0-9a-f]{32}) {2}(.+)$/gm)
  return new Map(Array.from(lines, ([, digest = '', listed = '']) => [merged(`/${listed}`), digest]))
})

function all({ native, foreign }: ReturnType<typeof architecturesOf>): readonly string[] {
  return [native, ...foreign]
}

/** The files at `from`, of all packages but one, were put at `to` (dpkg-divert(1)); `by` is `:` where no package asked for it. */
interface Diversion {
  readonly from: string
  readonly to: string
  readonly by: string
}

/** Three lines each. */
function diversions(root: Tree): readonly Diversion[] {
  const lines = textOf(root, '/var/lib/dpkg/diversions').split('\n')
  return Array.from({ length: Math.floor(lines.length / 3) }, (_, index) => {
    const [from = '', to = '', by = ''] = lines.slice(index * 3, index * 3 + 3)
    return { from: merged(from), to: merged(to), by }
  })
}

/** dpkg's lists still spell `/bin/su`; both releases have it in `/usr` alone, behind a link. */
function merged(path: string): string {
  return path.replace(/^\/(?=(?:bin|sbin|lib|lib32|lib64|libo32|libx32)\/)/, '/usr/')
}

function textOf(root: Tree, path: string): string {
  return new TextDecoder().decode(root.read(path) ?? new Uint8Array())
}
