import type { Tree } from '../../storage/tree/tree.ts'
import { plainPath } from '../formats/plain-path.ts'
import type { UnitFolder } from './search-path.ts'
import { instanceOf, templateOf, unitNameParts } from './unit-name.ts'

/** What a name of the search path stands for. */
type Meaning =
  | { readonly kind: 'file' | 'mask'; readonly path: string }
  | { readonly kind: 'alias'; readonly of: string }
  | { readonly kind: 'nothing' }

const NOTHING: Meaning = { kind: 'nothing' }

/** Where a name leads: the unit's own name, and its file; `masked` where that is /dev/null or empty. */
export interface Resolved {
  readonly id: string
  readonly file: string | undefined
  readonly masked: boolean
}

/** What the names of units stand for (unit-file.c, unit_file_build_name_map()); each is looked up when it is asked for. */
export class NameMap {
  readonly #root: Tree
  readonly #folders: readonly UnitFolder[]
  readonly #real: ReadonlySet<string>
  readonly #known = new Map<string, Meaning>()

  constructor(root: Tree, folders: readonly UnitFolder[]) {
    this.#root = root
    this.#folders = folders
    this.#real = new Set(folders.map(({ path }) => root.resolve(path)))
  }

  names(): readonly string[] {
    const all = new Set(this.#folders.flatMap(({ names }) => [...names]))
    return [...all].filter((name) => unitNameParts(name) !== undefined)
  }

  resolve(name: string): Resolved {
    const seen = new Set<string>()
    let id = name
    for (;;) {
      const meaning = this.#meaning(id)
      // A circle of aliases leads nowhere.
      if (meaning.kind === 'nothing' || seen.has(id)) return { id, file: undefined, masked: false }
      if (meaning.kind !== 'alias') return { id, file: meaning.path, masked: meaning.kind === 'mask' }
      seen.add(id)
      id = instanceOf(meaning.of, unitNameParts(id)?.instance ?? '')
    }
  }

  #meaning(name: string): Meaning {
    const own = this.#look(name)
    const template = templateOf(name)
    return own.kind === 'nothing' && template !== undefined ? this.#look(template) : own
  }

  #look(name: string): Meaning {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const meaning = this.#folders
      .filter(({ names }) => names.has(name))
      .map(({ path }) => meaningOf(this.#root, this.#real, path, name))
      .find(({ kind }) => kind !== 'nothing')
    this.#known.set(name, meaning ?? NOTHING)
    return meaning ?? NOTHING
  }
}

function meaningOf(root: Tree, folders: ReadonlySet<string>, folder: string, name: string): Meaning {
  const path = `${folder}/${name}`
  const entry = root.lstat(path)
  if (entry?.kind === 'file') return { kind: entry.size === 0 ? 'mask' : 'file', path }
  if (entry?.kind !== 'symlink') return NOTHING
  const target = plainPath(entry.target, folder) ?? '/'
  const cut = target.lastIndexOf('/')
  const base = target.slice(cut + 1)
  if (folders.has(root.resolve(target.slice(0, cut) || '/'))) {
    return base !== name && mayBeAlias(name, base) ? { kind: 'alias', of: base } : NOTHING
  }
  const real = root.resolve(path)
  if (isNothing(root, real)) return { kind: 'mask', path }
  return root.lstat(real)?.kind === 'file' ? { kind: 'file', path: real } : NOTHING
}

/** Whether a file that is there counts as a mask: /dev/null or empty. */
export function isNothing(root: Tree, real: string): boolean {
  if (real === '/dev/null') return true
  const entry = root.lstat(real)
  return entry?.kind === 'file' && entry.size === 0
}

/** Of the same type; a template's alias is a template's, an instance's one of the same instance (systemd.unit(5)). */
function mayBeAlias(name: string, target: string): boolean {
  const [alias, unit] = [unitNameParts(name), unitNameParts(target)]
  if (alias === undefined || unit === undefined || alias.type !== unit.type) return false
  if (alias.instance === undefined) return unit.instance !== ''
  if (alias.instance === '') return unit.instance === ''
  return unit.instance === undefined || unit.instance === '' || unit.instance === alias.instance
}
