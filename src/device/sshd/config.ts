import type { Release } from '../inspect/inventory.ts'
import type { Condition } from './match.ts'
import type { ConfigError, SourceLine } from './source-line.ts'

/** One line in force, with the `Match` conditions that all must hold for it (none: it is global). */
export interface Directive {
  /** Lower case, one name for all aliases. */
  readonly keyword: string
  readonly args: readonly string[]
  /** All that follows the keyword, as written. */
  readonly rest: string
  readonly at: SourceLine
  readonly conditions: readonly Condition[]
}

export interface SshdConfig {
  readonly release: Release
  /** In the order in which sshd reads them, `Include` and `Match` resolved. */
  readonly directives: readonly Directive[]
  /** Every `Match` line, in that order. */
  readonly conditions: readonly Condition[]
  /** Lines for which this release's sshd would refuse to start. */
  readonly errors: readonly ConfigError[]
}
