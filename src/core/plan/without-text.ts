import { readAccounts } from '../../device/formats/accounts.ts'
import { plainPath } from '../../device/formats/plain-path.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Operation } from './operation.ts'
import { isReadableByAll } from './readable-by-all.ts'

/** What stands between the words of a file, and of a message that repeats some; a word of a path is one of its names. */
const BETWEEN = /([\s"'`‘’“”=,;:()[\]{}<>|/\\]+)/
/** Shorter ones are no secret, and among the words of every message. */
const SHORTEST = 4
const PATH = /((?<![\w.-])\/[^\s"'`,:()]+)/
/** Files that are read as one: values of the one are put into the other. */
const AS_ONE = [/^\/etc\/fail2ban(\/|$)/, /^\/etc\/sudoers(\.d\/|$)/]
const ROOTS = ['/etc/fail2ban', '/etc/sudoers', '/etc/sudoers.d']

/**
 * Takes out of messages what they repeat of files of the device that not everybody may read, by whatever link these are
 * reached: each word of a file that the message names. The place stays, and so does what pibake itself says.
 */
export class WithoutText {
  readonly #trees: readonly Tree[]
  readonly #finished: Tree
  readonly #written: ReadonlySet<string>
  #names: ReadonlySet<string> | undefined
  readonly #words = new Map<string, ReadonlySet<string>>()

  /**
   * @param image the root partition as it is
   * @param finished as it will be: private is what is so in one of the two
   * @param operations of the plan: what these write of themselves is of the spec, and is said
   */
  constructor(image: Tree, finished: Tree, operations: readonly Operation[]) {
    this.#trees = [image, finished]
    this.#finished = finished
    this.#written = new Set(operations.flatMap((one) => (one.kind === 'file' && !one.secret ? [one.path] : [])))
  }

  /** @param about files that the message is about, beside those that it names */
  of(message: string, ...about: readonly string[]): string {
    // Every second part is a path.
    const parts = message.split(PATH)
    const named = parts.filter((_, i) => i % 2 === 1).map((path) => plainPath(path) ?? '/')
    const words = [...new Set([...about, ...named])].map((file) => this.#wordsOf(file)).filter(({ size }) => size > 0)
    if (words.length === 0) return message
    const hidden = (text: string) =>
      text
        .split(BETWEEN)
        .map((part) => (words.some((one) => one.has(bare(part))) ? '***' : part))
        .join('')
    return parts.map((part, i) => (i % 2 === 1 && this.#isThere(part) ? part : hidden(part))).join('')
  }

  /** The name of a file that is there is not what another one holds. */
  #isThere(path: string): boolean {
    const plain = plainPath(path) ?? '/'
    return this.#trees.some((tree) => tree.lstat(plain) !== undefined)
  }

  #wordsOf(file: string): ReadonlySet<string> {
    const known = this.#words.get(file)
    if (known !== undefined) return known
    const words = new Set([file, ...this.#behind(file)].flatMap((path) => this.#privateWords(path)))
    this.#words.set(file, words)
    return words
  }

  /** Files of which a line of this one may hold something. */
  #behind(file: string): readonly string[] {
    const together = AS_ONE.find((pattern) => pattern.test(file))
    if (together !== undefined) {
      const roots = ROOTS.filter((root) => together.test(root))
      return this.#trees.flatMap((tree) => roots.flatMap((root) => below(tree, root)))
    }
    if (!/\.service(\.d\/|$)/.test(file)) return []
    const lines = this.#trees.flatMap((tree) => [...textOf(tree, file).matchAll(/^EnvironmentFile=-?(\/\S+)/gm)])
    return lines.map(([, path]) => plainPath(path as string) ?? '/')
  }

  #privateWords(file: string): string[] {
    return this.#trees
      .filter((tree) => tree !== this.#finished || !this.#written.has(tree.resolve(file)))
      .filter((tree) => !isReadableByAll(tree, tree.resolve(file)))
      .flatMap((tree) =>
        textOf(tree, file)
          .replace(/^\s*#.*/gm, '')
          .split(BETWEEN)
          .map(bare),
      )
      .filter((word) => word.length >= SHORTEST && !this.#open.has(word))
  }

  /** Names of accounts and groups: they are for everybody to read, in /etc/passwd. */
  get #open(): ReadonlySet<string> {
    this.#names ??= new Set(['root', ...this.#trees.flatMap(namesIn)])
    return this.#names
  }
}

function namesIn(tree: Tree): readonly string[] {
  const { passwd, group } = readAccounts(tree)
  return [...passwd, ...group].map(({ name }) => name.toLowerCase())
}

function below(tree: Tree, path: string): readonly string[] {
  if (tree.lstat(tree.resolve(path))?.kind !== 'directory') return [path]
  return tree.list(path).flatMap((name) => below(tree, `${path}/${name}`))
}

function textOf(tree: Tree, file: string): string {
  const isFile = tree.lstat(tree.resolve(file))?.kind === 'file'
  return isFile ? new TextDecoder().decode(tree.read(file)) : ''
}

/** Without what a rule or a sentence sets before or behind it; programs fold cases. */
function bare(word: string): string {
  return word.replace(/^[.!?%@-]+|[.!?]+$/g, '').toLowerCase()
}
