import { Steps } from '../../base/steps.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { packageFileState } from '../inspect/package-digests.ts'
import { ALWAYS_BAD, type Control, parseControl } from './control.ts'
import { logicalLines, tokens } from './lines.ts'
import { textOf } from './source-lines.ts'

export type Phase = 'auth' | 'account' | 'session'

/** A module in its place, ready to be run. */
export interface Handler {
  /** The file of the module; undefined: there is none, or none is named. */
  readonly library: Library | undefined
  /** Depth of `substack`s, from 0. */
  readonly level: number
  /** Name or path as written; undefined: a line of which libpam makes a failure. */
  readonly module: string | undefined
  /** The begin of a substack, which does nothing of its own. */
  readonly isSubstack: boolean
  readonly args: readonly string[]
  readonly control: Control
  readonly at: { readonly file: string; readonly line: number }
}

interface Library {
  /** `pam_unix`, for a file in a folder of Debian's modules that is as its package brought it; undefined: another one. */
  readonly name: string | undefined
}

/** What one service runs in each phase. */
export type Stack = Readonly<Record<Phase, readonly Handler[]>>

/** Where libpam looks for the file of a service, in this order; included files are in the first. */
const FOLDERS = ['/etc/pam.d', '/usr/lib/pam.d'] as const

/** The packages of the modules whose answers are known. */
const PACKAGES = ['libpam-modules', 'libpam-systemd', 'libpam-cap', 'libpam-lastlog2'] as const

/** PAM_SUBSTACK_MAX_LEVEL */
const MAX_DEPTH = 16

/** Of one service in all its phases; a file that includes another one twice, which does the same, doubles them. */
const MOST_HANDLERS = 5000

type Wanted = Phase | 'password' | undefined

interface Line {
  readonly at: Handler['at']
  readonly words: readonly string[]
}

interface Lines {
  readonly lines: readonly Line[]
  readonly isComplete: boolean
}

/** The PAM configuration of a device, read once for all services. */
export class PamConfig {
  readonly #root: Tree
  readonly #moduleFolders: readonly string[]
  readonly #files = new Map<string, Lines | undefined>()
  readonly #libraries = new Map<string, Library | undefined>()
  readonly #stacks = new Map<string, Stack | undefined>()

  constructor(root: Tree) {
    this.#root = root
    // Debian's libpam looks below the architecture's folder first, then in /lib/security.
    const triplets = root.list('/usr/lib').filter((name) => /-linux-gnu/.test(name))
    this.#moduleFolders = [...triplets.map((name) => `/usr/lib/${name}/security`), '/usr/lib/security']
  }

  /**
   * The stack of a service as libpam loads it (pam_handlers.c): its file, for each phase that has no line there the one
   * of `other`; without a folder of its own /etc/pam.conf. Undefined: libpam finds nothing, and every call fails.
   */
  stack(service: string): Stack | undefined {
    if (!this.#stacks.has(service)) this.#stacks.set(service, this.#read(service))
    return this.#stacks.get(service)
  }

  /** The lines of a file, read once; undefined: there is none. */
  lines(path: string): Lines | undefined {
    if (!this.#files.has(path)) this.#files.set(path, parse(this.#root, path))
    return this.#files.get(path)
  }

  /** The file of a module, as dlopen would find it. */
  library(module: string): Library | undefined {
    if (!this.#libraries.has(module)) this.#libraries.set(module, this.#find(module))
    return this.#libraries.get(module)
  }

  #read(service: string): Stack | undefined {
    const own = new Loader(this)
    const other = new Loader(this)
    const hasFolder = FOLDERS.some((folder) => this.#root.lstat(this.#root.resolve(folder))?.kind === 'directory')
    const isRead = hasFolder ? this.#readFolders(service, own, other) : this.#readSingle(service, own, other)
    if (!isRead) return undefined
    const pick = (phase: Phase) => (own.handlers[phase].length > 0 ? own : other).handlers[phase]
    return { auth: pick('auth'), account: pick('account'), session: pick('session') }
  }

  #readFolders(service: string, own: Loader, other: Loader): boolean {
    const fileOf = (name: string) => FOLDERS.map((folder) => `${folder}/${name}`).find((path) => this.lines(path))
    const [found, fallback] = [fileOf(service), fileOf('other')]
    if (found !== undefined && !own.file(found, undefined, 0, 0)) return false
    if (fallback !== undefined && !other.file(fallback, undefined, 0, 0)) return false
    return found !== undefined || fallback !== undefined
  }

  /** /etc/pam.conf: the service is the first word of each line. */
  #readSingle(service: string, own: Loader, other: Loader): boolean {
    const found = this.lines('/etc/pam.conf')
    if (found === undefined) return false
    const loaderOf = (name: string) => (name === 'other' ? other : name === service.toLowerCase() ? own : undefined)
    const isRead = found.lines.every(({ at, words: [name = '', ...words] }) => {
      const loader = loaderOf(name.toLowerCase())
      return loader === undefined || loader.line({ at, words }, undefined, 0, 0)
    })
    return isRead && found.isComplete
  }

  #find(module: string): Library | undefined {
    const places = module.startsWith('/') ? [module] : this.#moduleFolders.map((folder) => `${folder}/${module}`)
    const path = places.find((place) => this.#root.lstat(this.#root.resolve(place))?.kind === 'file')
    if (path === undefined) return undefined
    const cut = path.lastIndexOf('/')
    const isDebians =
      this.#moduleFolders.includes(this.#root.resolve(path.slice(0, cut))) &&
      packageFileState(this.#root, path, PACKAGES) !== 'changed'
    return { name: isDebians ? path.slice(cut + 1).replace(/\.so$/, '') : undefined }
  }
}

function parse(root: Tree, path: string): Lines | undefined {
  const text = textOf(root, path)
  if (text === undefined) return undefined
  const { lines, isComplete } = logicalLines(text)
  return {
    lines: lines.map(({ number, text }) => ({ at: { file: path, line: number }, words: tokens(text) })),
    isComplete,
  }
}

/** Puts the handlers of one service in order, and throws a TargetError when they are too many; false: libpam would give up the whole configuration. */
class Loader {
  readonly handlers: Record<Phase, Handler[]> = { auth: [], account: [], session: [] }
  readonly #config: PamConfig
  readonly #steps = new Steps('lines of PAM for one service', MOST_HANDLERS)

  constructor(config: PamConfig) {
    this.#config = config
  }

  file(path: string, wanted: Wanted, depth: number, level: number): boolean {
    const found = this.#config.lines(path)
    if (found === undefined || depth >= MAX_DEPTH) return false
    return found.lines.every((line) => this.line(line, wanted, depth, level)) && found.isComplete
  }

  line({ at, words: [first = '', ...rest] }: Line, wanted: Wanted, depth: number, level: number): boolean {
    if (first.toLowerCase() === '@include') {
      if (rest[0] === undefined) return false
      if (this.#include(rest[0], wanted, depth, level)) return true
      this.#add(wanted ?? 'auth', { level, at })
      return wanted !== undefined
    }
    const phase = phaseOf(first)
    // libpam makes of a wrong type a failure in the phase that is read, and else in auth.
    const place = phase ?? wanted ?? 'auth'
    if (wanted !== undefined && place !== wanted) return true
    const [word, module, ...args] = rest
    const kind = word?.toLowerCase()
    if (kind !== 'include' && kind !== 'substack') {
      const control = word === undefined ? ALWAYS_BAD : parseControl(word)
      this.#add(place, { level, module: phase && module, args, control, at })
      return true
    }
    // Without a name libpam reads from a null pointer, and the program that asked it ends.
    if (module === undefined) return false
    const inner = kind === 'substack' ? 1 : 0
    if (inner === 1) this.#add(place, { level, isSubstack: true, at })
    if (!this.#include(module, place, depth, level + inner)) this.#add(place, { level, at })
    return true
  }

  #include(name: string, wanted: Wanted, depth: number, level: number): boolean {
    return this.file(name.startsWith('/') ? name : `${FOLDERS[0]}/${name}`, wanted, depth + 1, level)
  }

  #add(phase: Phase | 'password', handler: Partial<Handler> & Pick<Handler, 'level' | 'at'>): void {
    this.#steps.take(handler.at)
    if (phase === 'password') return
    const library = handler.module === undefined ? undefined : this.#config.library(handler.module)
    const empty = { module: undefined, library, isSubstack: false, args: [], control: ALWAYS_BAD }
    this.handlers[phase].push({ ...empty, ...handler })
  }
}

function phaseOf(word: string): Phase | 'password' | undefined {
  const name = word.replace(/^-/, '').toLowerCase()
  return (['auth', 'account', 'session', 'password'] as const).find((phase) => phase === name)
}
