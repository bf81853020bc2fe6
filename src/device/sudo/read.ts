import { remembered } from '../../base/remembered.ts'
import { Steps } from '../../base/steps.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type Entry, parseLine } from './parse.ts'
import { SudoersError } from './scanner.ts'

/** Where a line stands in the image. */
export interface SourceLine {
  readonly file: string
  /** From 1; of a continued line the first. */
  readonly line: number
}

export type Rule = Exclude<Entry, { kind: 'include' }> & { readonly at: SourceLine }

export interface Sudoers {
  /** In the order in which sudo reads them: of what matches, the last counts. */
  readonly rules: readonly Rule[]
  /** Lines and files that sudo skips with a message. */
  readonly skipped: readonly { readonly at: SourceLine; readonly message: string }[]
}

const MAX_DEPTH = 128
const MOST_RULES = 20_000

/**
 * Reads /etc/sudoers and what it includes, as sudo would.
 *
 * @throws TargetError when that is without end
 */
export const readSudoers = remembered((root: Tree, hostname: string): Sudoers => {
  const rules: Rule[] = []
  const aliases = new Set<string>()
  const skipped: { at: SourceLine; message: string }[] = []
  const steps = new Steps('rules of sudo', MOST_RULES)

  const readFile = (path: string, depth: number): void => {
    const refused = depth > MAX_DEPTH ? 'too many levels of includes' : unsafe(root, path)
    if (refused !== undefined) {
      skipped.push({ at: { file: path, line: 1 }, message: refused })
      return
    }
    for (const { text, line } of logicalLines(new TextDecoder().decode(root.read(path)))) {
      const at = { file: path, line }
      steps.take(at)
      try {
        for (const entry of parseLine(text)) {
          if (entry.kind === 'alias') {
            if (aliases.has(`${entry.type} ${entry.name}`)) {
              throw new SudoersError(`${entry.type} ${entry.name} is defined already`)
            }
            aliases.add(`${entry.type} ${entry.name}`)
          }
          if (entry.kind !== 'include') rules.push({ ...entry, at })
          else for (const file of included(root, entry, path, hostname)) readFile(file, depth + 1)
        }
      } catch (error) {
        if (!(error instanceof SudoersError)) throw error
        skipped.push({ at, message: error.message })
      }
    }
  }

  readFile('/etc/sudoers', 0)
  return { rules, skipped }
})

/**
 * `#` starts a comment unless digits follow it; a backslash at the end continues the line. One after the other: a file that
 * includes itself is read again at each level, and not to its end.
 */
function* logicalLines(text: string): Generator<{ text: string; line: number }> {
  let open: string[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    if (/(^|[^\\])(\\\\)*\\$/.test(raw) && !/^\s*#(?!include)/.test(open[0] ?? raw)) {
      open.push(`${raw.slice(0, -1)} `)
      continue
    }
    const line = [...open, raw].join('').trim()
    const isComment = /^#(?![0-9-]|include(dir)?[ \t])/.test(line)
    if (!isComment && line !== '') yield { text: line, line: index + 1 - open.length }
    open = []
  }
}

/** Names with a dot or a final `~` are passed over; the rest is read in the order of its bytes (sudoers(5)). */
function included(
  root: Tree,
  entry: { directory: boolean; path: string },
  from: string,
  hostname: string,
): readonly string[] {
  const relative = entry.path.replaceAll('%h', hostname.split('.')[0] as string)
  const path = relative.startsWith('/') ? relative : `${from.slice(0, from.lastIndexOf('/'))}/${relative}`
  if (!entry.directory) return [path]
  const directory = root.lstat(root.resolve(path))
  if (directory?.kind !== 'directory' || unsafeEntry(directory) !== undefined) return []
  return root
    .list(path)
    .filter((name) => !name.includes('.') && !name.endsWith('~'))
    .map((name) => `${path}/${name}`)
    .filter((file) => root.lstat(root.resolve(file))?.kind === 'file')
}

/** sudo reads only what root alone can write (sudo_secure_file). */
function unsafe(root: Tree, path: string): string | undefined {
  const entry = root.lstat(root.resolve(path))
  return entry?.kind === 'file' ? unsafeEntry(entry) : 'is not a regular file'
}

/** The same of a directory of rules, which sudo passes over without a word in its list (sudo_secure_dir). */
function unsafeEntry(entry: { readonly uid: number; readonly gid: number; readonly mode: number }): string | undefined {
  if (entry.uid !== 0) return `is owned by uid ${entry.uid}, should be 0`
  if ((entry.mode & 0o002) !== 0) return 'is world writable'
  if ((entry.mode & 0o020) !== 0 && entry.gid !== 0) return `is owned by gid ${entry.gid}, should be 0`
  return undefined
}
