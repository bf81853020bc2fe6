import type { Code } from './codes.ts'

/** A place in the spec file; line and column count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A path into the spec, e.g. `['users', 0, 'name']`. */
export type SpecPath = readonly (string | number)[]

/** `pibake.yaml:12:7` */
export function positionText({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`
}

/**
 * Finds the place of `path` in the spec file: where the value starts, or its key when the value is a block that starts
 * on a line below; `part: 'key'` asks for the key. `undefined`: the file does not say it. The empty path is the spec
 * itself, which always has a place.
 */
export type Locate = (path: SpecPath, part?: 'key' | 'value') => Position | undefined

/** The place of the deepest part of `path` that the spec file has: a problem of a default is shown at its parent. */
export function nearest(locate: Locate, path: SpecPath, part?: 'key' | 'value'): Position {
  const found = locate(path, part)
  if (found !== undefined) return found
  if (path.length === 0) throw new Error('the spec itself has no place')
  return nearest(locate, path.slice(0, -1), part)
}

export interface Problem {
  readonly severity: 'error' | 'warning'
  /** Stable: three capitals for the subject, three digits; each has an entry in `codes.ts` and in the docs. */
  readonly code: Code
  readonly path: SpecPath
  /** One sentence, without any secret's value. */
  readonly message: string
  readonly hint?: string
  /** Where it already is known; else the place of `path`. */
  readonly position?: Position
  /** The device would lock its owner out: exit 5 in place of 2, and `--accept-lockout` lets it pass. */
  readonly lockout?: boolean
}

/** `users[0].name`: the form in which messages and origins name a spec key. */
export function keyOf(path: SpecPath): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}
