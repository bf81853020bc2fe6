import type { Tree } from '../../storage/tree/tree.ts'
import { mergedByName } from './merged.ts'
import { splitWords } from './words.ts'

/** A line of tmpfiles.d: what systemd-tmpfiles does to a path at each start (tmpfiles.d(5)). */
export interface TmpfilesLine {
  /** One letter: `f` makes a file, `z` sets its mode, `r` takes it away … */
  readonly type: string
  /** `+`: also where something is there. */
  readonly isForced: boolean
  /** `^`: what is written comes from a credential; without one the line does nothing. */
  readonly isCredential: boolean
  /** May hold `*`, `?` and `[…]` for the types that take what is there. */
  readonly path: string
  /** What is set; undefined: it stays as it is, or is set at the making alone. */
  readonly mode: number | undefined
  readonly user: string | undefined
  readonly group: string | undefined
  readonly file: string
  /** From 1. */
  readonly line: number
}

const FOLDERS = ['/etc/tmpfiles.d', '/run/tmpfiles.d', '/usr/local/lib/tmpfiles.d', '/usr/lib/tmpfiles.d']

/** The lines of all files, sorted by name; of two files with one name the one in the earlier folder counts. */
export function tmpfilesLines(root: Tree): readonly TmpfilesLine[] {
  return mergedByName(root, FOLDERS, '.conf').flatMap((file) => linesOf(root, file))
}

function linesOf(root: Tree, file: string): readonly TmpfilesLine[] {
  if (root.lstat(root.resolve(file))?.kind !== 'file') return []
  const lines = new TextDecoder().decode(root.read(file)).split('\n')
  return lines.flatMap((text, index) => (/^\s*(#|$)/.test(text) ? [] : parse(text, file, index + 1)))
}

function parse(text: string, file: string, line: number): readonly TmpfilesLine[] {
  const words = (splitWords(text) ?? []).map((word) => word.text)
  const [, type, modifiers] = /^([a-zA-Z])([+!\-=~^$?]*)$/.exec(words[0] ?? '') ?? []
  const path = words[1]?.replace(/(?<=.)\/+$/, '')
  if (type === undefined || modifiers === undefined || path === undefined || !path.startsWith('/')) return []
  const isForced = modifiers.includes('+') || type === 'F'
  const isCredential = modifiers.includes('^')
  const mode = /^~?([0-7]+)$/.exec(words[2] ?? '')?.[1]
  const [user, group] = words.slice(3, 5).map((name) => (/^(-|:.*)$/.test(name) ? undefined : name))
  const set = { mode: mode === undefined ? undefined : Number.parseInt(mode, 8), user, group }
  return [{ type, isForced, isCredential, path, ...set, file, line }]
}
