import type { Code } from '../../../base/report/codes.ts'
import type { SpecPath } from '../../../base/report/report.ts'
import type { WrittenSpec } from '../../spec-file/schema.ts'
import type { Spec } from '../../spec-file/spec.ts'

/** One cross-check that needs no image; its file is named as the sentence that it holds a spec to. */
export interface Rule {
  /** The sections that it reads: it is skipped when one of them has an error of its own. */
  readonly reads: readonly (keyof Spec)[]
  check(context: RuleContext, report: Report): void
}

export interface RuleContext {
  readonly spec: Spec
  /** The spec as written, without defaults. */
  readonly written: WrittenSpec
  /** `YYYY-MM-DD`; undefined: ends of accounts and keys are not judged. */
  readonly today: string | undefined
  /** The spec is a stranger's. */
  readonly isConfined: boolean
}

type Say = (code: Code, path: SpecPath, message: string, hint?: string) => void

export interface Report {
  readonly error: Say
  readonly warning: Say
  /** An error that would lock the owner out. */
  readonly lockout: Say
}
