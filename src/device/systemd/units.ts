import type { Tree } from '../../storage/tree/tree.ts'
import type { Release } from '../inspect/inventory.ts'
import { dropIns } from './drop-ins.ts'
import { isNothing, NameMap } from './name-map.ts'
import { unitFolders } from './search-path.ts'
import { inForce, parseUnit, type Setting, unitValues } from './settings.ts'
import { expandName, instanceOf, unitNameParts } from './unit-name.ts'

/** A unit as systemd loads it: its file, then its drop-ins. */
export interface Unit {
  readonly name: string
  readonly state: 'loaded' | 'masked' | 'missing'
  /** Undefined: no such file. */
  readonly file: string | undefined
  readonly settings: readonly Setting[]
  /** What `.wants`, `.requires` and `.upholds` folders add, by the names of their links. */
  readonly links: Readonly<Record<'wants' | 'requires' | 'upholds', readonly string[]>>
}

const FOLDER = /^(.+)\.(?:d|wants|requires|upholds)$/

/** The units of a device, read from its files as the system manager reads them (systemd.unit(5)). */
export class Units {
  readonly release: Release
  readonly #root: Tree
  readonly #folders: ReturnType<typeof unitFolders>
  readonly #map: NameMap
  readonly #masked: ReadonlySet<string>
  /** Names that have a folder of their own in the search path: `sshd.service` with `sshd.service.d`. */
  readonly #withFolders: readonly string[]
  readonly #loaded = new Map<string, Unit>()
  readonly #listed = new Map<string, readonly string[]>()

  /** @param masked names that the kernel command line masks (`systemd.mask=`) */
  constructor(root: Tree, release: Release, masked: readonly string[] = []) {
    this.release = release
    this.#root = root
    this.#folders = unitFolders(root)
    this.#map = new NameMap(root, this.#folders)
    this.#masked = new Set(masked)
    const named = this.#folders.flatMap(({ names }) => [...names].map((name) => FOLDER.exec(name)?.[1] ?? ''))
    this.#withFolders = [...new Set(named)].filter((name) => unitNameParts(name) !== undefined)
  }

  /** The names of all units that have a file, templates and aliases too. */
  names(): readonly string[] {
    return this.#map.names()
  }

  unit(name: string): Unit {
    const known = this.#loaded.get(name)
    if (known !== undefined) return known
    const unit = this.#load(name)
    this.#loaded.set(name, unit)
    return unit
  }

  #load(name: string): Unit {
    const { id, file, masked } = this.#map.resolve(name)
    if (id !== name) return this.unit(id)
    const names = this.#namesOf(id)
    if (masked || names.some((own) => this.#masked.has(own))) {
      return { name: id, state: 'masked', file, settings: [], links: { wants: [], requires: [], upholds: [] } }
    }
    const own = file === undefined ? [] : this.#parse(file)
    const added = this.#found(names, 'd').filter((path) => path.endsWith('.conf'))
    return {
      name: id,
      state: file === undefined ? 'missing' : 'loaded',
      file,
      settings: [...own, ...added.flatMap((path) => this.#settings(path))],
      links: {
        wants: this.#linked(names, 'wants'),
        requires: this.#linked(names, 'requires'),
        upholds: this.#linked(names, 'upholds'),
      },
    }
  }

  /** The unit's own name, and its aliases as far as a drop-in folder has their name. */
  #namesOf(id: string): readonly string[] {
    const instance = unitNameParts(id)?.instance ?? ''
    const aliases = this.#withFolders.map((name) => instanceOf(name, instance)).filter((name) => name !== id)
    return [id, ...new Set(aliases.filter((name) => this.#map.resolve(name).id === id))]
  }

  #parse(path: string): readonly Setting[] {
    return parseUnit(new TextDecoder().decode(this.#root.read(path)), path)
  }

  /** A drop-in that is a link into nothing, or no file, is passed over. */
  #settings(path: string): readonly Setting[] {
    return this.#root.lstat(this.#root.resolve(path))?.kind === 'file' ? this.#parse(path) : []
  }

  #found(names: readonly string[], suffix: string): readonly string[] {
    return dropIns((path) => this.#list(path), this.#folders, names, suffix)
  }

  /**
   * Only links count, and one to /dev/null masks; a template becomes the instance that the unit is, or is called
   * (load-dropin.c, process_deps()).
   */
  #linked(names: readonly string[], suffix: string): readonly string[] {
    const { prefix = '', instance = prefix } = unitNameParts(names[0] as string) ?? {}
    return this.#found(names, suffix)
      .filter((path) => this.#root.lstat(path)?.kind === 'symlink' && !isNothing(this.#root, this.#root.resolve(path)))
      .map((path) => path.slice(path.lastIndexOf('/') + 1))
      .filter((name) => unitNameParts(name) !== undefined)
      .map((name) => instanceOf(name, instance))
  }

  #list(path: string): readonly string[] {
    const known = this.#listed.get(path) ?? this.#root.list(path)
    this.#listed.set(path, known)
    return known
  }
}

/** The words of all assignments of a key that count, with what the unit's name answers put in. */
export function wordsOf(unit: Unit, section: string, key: string): readonly string[] {
  return unitValues(unit.settings, section, key).map((word) => expandName(word, unit.name))
}

/** The last assignment of a key that counts; undefined: systemd's default. */
export function lastOf(unit: Unit, section: string, key: string): Setting | undefined {
  return inForce(unit.settings, section, key).at(-1)
}

/** A boolean of systemd (parse-util.c): undefined where it is unset or none. */
export function flagOf(unit: Unit, section: string, key: string): boolean | undefined {
  const value = lastOf(unit, section, key)?.value.toLowerCase()
  if (value === undefined) return undefined
  if (['1', 'yes', 'y', 'true', 't', 'on'].includes(value)) return true
  return ['0', 'no', 'n', 'false', 'f', 'off'].includes(value) ? false : undefined
}
