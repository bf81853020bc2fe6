import type { AuditFinding } from './finding.ts'

/** What two audits have to do with each other. */
export interface Comparison {
  /** Findings of the first alone. */
  readonly closed: readonly AuditFinding[]
  /** Findings of the second alone. */
  readonly added: readonly AuditFinding[]
  /** Findings of both, as the second has them. */
  readonly left: readonly AuditFinding[]
}

/** Holds the findings after a change against those before it: the rule and what it is about say which are the same. */
export function compared(before: readonly AuditFinding[], after: readonly AuditFinding[]): Comparison {
  const keyOf = ({ rule, subject }: AuditFinding) => `${rule}\n${subject}`
  const [then, now] = [before, after].map((findings) => new Set(findings.map(keyOf))) as [Set<string>, Set<string>]
  return {
    closed: before.filter((one) => !now.has(keyOf(one))),
    added: after.filter((one) => !then.has(keyOf(one))),
    left: after.filter((one) => then.has(keyOf(one))),
  }
}
