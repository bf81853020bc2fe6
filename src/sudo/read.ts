import type { Tree } from '../tree/tree.ts'
import { type Entry, parseLine } from './parse.ts'
import { SudoersError } from './scanner.ts'

/** Where a line stands in the image. */
export interface At {
  readonly file: string
  /** From 1; of a continued line the first. */
  readonly line: number
}

export type Rule = Exclude<Entry, { kind: 'include' }> & { readonly at: At }

export interface Sudoers {
  /** In the order in which sudo reads them: of what matches, the last counts. */
  readonly rules: readonly Rule[]
  /** Lines and files that sudo skips with a message. */
  readonly skipped: readonly { readonly at: At; readonly message: string }[]
}

const MAX_DEPTH = 128

/** Reads /etc/sudoers and what it includes, as sudo would. */
export function readSudoers(root: Tree, hostname: string): Sudoers {
  const rules: Rule[] = []
  const skipped: { at: At; message: string }[] = []

  const readFile = (path: string, depth: number): void => {
    const refused = depth > MAX_DEPTH ? 'too many levels of includes' : unsafe(root, path)
    if (refused !== undefined) {
      skipped.push({ at: { file: path, line: 1 }, message: refused })
      return
    }
    for (const { text, line } of logicalLines(new TextDecoder().decode(root.read(path)))) {
      const at = { file: path, line }
      try {
        for (const entry of parseLine(text)) {
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
}

/** `#` starts a comment unless digits follow it; a backslash at the end continues the line. */
function logicalLines(text: string): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = []
  let open: { text: string; line: number } | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const line: string = (open?.text ?? '') + raw
    if (/(^|[^\\])(\\\\)*\\$/.test(line) && !/^\s*#(?!include)/.test(line)) {
      open = { text: `${line.slice(0, -1)} `, line: open?.line ?? index + 1 }
      continue
    }
    const isComment = /^\s*#(?![0-9-]|include(dir)?[ \t])/.test(line)
    if (!isComment && line.trim() !== '') found.push({ text: line.trim(), line: open?.line ?? index + 1 })
    open = undefined
  }
  return found
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
  return root
    .list(path)
    .filter((name) => !name.includes('.') && !name.endsWith('~'))
    .map((name) => `${path}/${name}`)
    .filter((file) => root.lstat(root.resolve(file))?.kind === 'file')
}

/** sudo reads only what root alone can write (sudo_secure_file). */
function unsafe(root: Tree, path: string): string | undefined {
  const entry = root.lstat(root.resolve(path))
  if (entry?.kind !== 'file') return 'is not a regular file'
  if (entry.uid !== 0) return `is owned by uid ${entry.uid}, should be 0`
  if ((entry.mode & 0o002) !== 0) return 'is world writable'
  if ((entry.mode & 0o020) !== 0 && entry.gid !== 0) return `is owned by gid ${entry.gid}, should be 0`
  return undefined
}
