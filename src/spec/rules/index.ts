import type { Problem, SpecPath } from '../report.ts'
import type { Spec } from '../spec.ts'

/** One cross-check, named as a sentence. It reads only the sections it names, so that it is skipped when one is broken. */
export interface Rule {
  readonly name: string
  readonly reads: readonly (keyof Spec)[]
  /** @param today undefined: ends of accounts and keys are not judged */
  check(spec: Spec, report: Report, today: string | undefined): void
}

export interface Report {
  error(code: string, path: SpecPath, message: string, hint?: string): void
  warning(code: string, path: SpecPath, message: string, hint?: string): void
  /** An error that would lock the owner out. */
  lockout(code: string, path: SpecPath, message: string, hint?: string): void
}

export const rules: readonly Rule[] = []

/** Runs every rule whose sections are sound. */
export function checkRules(
  spec: Spec,
  broken: ReadonlySet<string | number | undefined>,
  today: string | undefined,
): Problem[] {
  const problems: Problem[] = []
  const add =
    (severity: Problem['severity'], extra: { lockout?: true }) =>
    (code: string, path: SpecPath, message: string, hint?: string) => {
      problems.push({ severity, code, path, message, ...(hint === undefined ? {} : { hint }), ...extra })
    }
  const report: Report = {
    error: add('error', {}),
    warning: add('warning', {}),
    lockout: add('error', { lockout: true }),
  }
  if (broken.has(undefined)) return problems
  for (const rule of rules) if (!rule.reads.some((section) => broken.has(section))) rule.check(spec, report, today)
  return problems
}
