import { type Audit, worstFirst } from '../audit.ts'
import { compared, fingerprint } from '../compare.ts'
import type { AuditFinding } from '../finding.ts'

/** What a change has made of a finding. */
export type Status = 'closed' | 'new' | 'left'

export const STATUSES: readonly Status[] = ['closed', 'new', 'left']

export interface Numbered {
  /** From 1, the worst first: by it the matrix, the picture and the list name the same finding. */
  readonly number: number
  readonly finding: AuditFinding
  /** Of two images alone. */
  readonly status: Status | undefined
}

export interface Numbering {
  readonly entries: readonly Numbered[]
  /** @param finding one of the audits' */
  numberOf(finding: AuditFinding): number
}

/** Gives the findings of an audit, or of the two before and after a change, one row of numbers. */
export function numbering(audits: readonly Audit[]): Numbering {
  const entries = withStatus(audits)
    .sort((a, b) => worstFirst(a.finding, b.finding))
    .map((one, i) => ({ ...one, number: i + 1 }))
  const numbers = new Map(entries.map(({ finding, number }) => [finding, number]))
  // What is left is one entry, and has been found in both images.
  const alike = new Map(entries.map(({ finding, number }) => [fingerprint(finding), number]))
  return {
    entries,
    numberOf: (finding) => numbers.get(finding) ?? alike.get(fingerprint(finding)) ?? 0,
  }
}

function withStatus([first, second]: readonly Audit[]): Omit<Numbered, 'number'>[] {
  const all = (findings: readonly AuditFinding[], status: Status | undefined) =>
    findings.map((finding) => ({ finding, status }))
  if (second === undefined) return all(first?.findings ?? [], undefined)
  const { closed, added, left } = compared(first?.findings ?? [], second.findings)
  return [...all(closed, 'closed'), ...all(added, 'new'), ...all(left, 'left')]
}

/** `1, 4–6, 9` */
export function numbersText(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run !== undefined && number <= run[1] + 1) run[1] = number
    else runs.push([number, number])
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ')
}
