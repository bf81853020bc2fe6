import type { verbs } from './verbs.ts'

/** What goes between the page and its worker. */
export type Verb = keyof typeof verbs

export interface Call {
  readonly id: number
  readonly verb: Verb
  readonly argument: unknown
}

/** Why something was not done, as the program says it; control characters are escaped. */
export interface Failure {
  readonly message: string
  readonly hint?: string
  /** A file that was chosen has changed since, or is gone. */
  readonly isFileLost?: boolean
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure }
  /** How much is done, and what it takes: see OnProgress. */
  | { readonly id: number; readonly share: number; readonly needs?: number | undefined }
