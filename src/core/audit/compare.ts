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

/** Holds the findings after a change against those before it: {@link fingerprint} says which are the same. */
export function compared(before: readonly AuditFinding[], after: readonly AuditFinding[]): Comparison {
  const [then, now] = [before, after].map((findings) => new Set(findings.map(fingerprint))) as [
    Set<string>,
    Set<string>,
  ]
  return {
    closed: before.filter((one) => !now.has(fingerprint(one))),
    added: after.filter((one) => !then.has(fingerprint(one))),
    left: after.filter((one) => then.has(fingerprint(one))),
  }
}

/** What tells a finding from all others, in every image: not its line, which moves with those above it. */
export function fingerprint({ rule, subject, at }: AuditFinding): string {
  return [rule, subject, at?.file ?? ''].join(':')
}
