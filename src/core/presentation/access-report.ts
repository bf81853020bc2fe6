import type { Code } from '../../base/report/codes.ts'
import type { Problem } from '../../base/report/report.ts'
import { leftUnproved, type Verdict } from '../access/prove.ts'
import { shutText, unprovedHint, unprovedReport } from './print-access.ts'

/** What of the proof of access the caller takes upon himself. */
export interface AccessOptions {
  readonly acceptLockout?: boolean
  readonly acceptUnproved?: readonly Code[]
}

/** What a command makes of the proof. */
export interface AccessPolicy extends AccessOptions {
  /** Nothing will be written that must be proved: a lock-out and what cannot be judged are printed and refuse nothing. */
  readonly reportOnly?: boolean
}

export interface AccessReport {
  /** Why the device would lock its owner out, and what decides and cannot be judged; empty: nothing of that. */
  readonly lines: readonly string[]
  /** Whether the command has to end with that. */
  readonly isRefused: boolean
}

/** @param accepted the codes that the spec accepts */
export function accessReport(verdict: Verdict, accepted: readonly Code[], policy: AccessPolicy): AccessReport {
  const goesOn = policy.reportOnly ?? policy.acceptLockout ?? false
  const lines: string[] = []
  if (verdict.lockouts.length > 0) {
    lines.push(`The device would lock its owner out${goesOn ? ', as accepted' : ''}:`)
    lines.push(...verdict.lockouts.map((blocked) => `  ${shutText(blocked)}`))
    if (!goesOn) return { lines: [...lines, '  hint: --accept-lockout goes on all the same'], isRefused: true }
  }
  const left = leftUnproved(verdict, [...accepted, ...(policy.acceptUnproved ?? [])])
  if (left.length === 0) return { lines, isRefused: false }
  lines.push(...unprovedReport(left))
  if (policy.reportOnly) return { lines, isRefused: false }
  return { lines: [...lines, unprovedHint(left)], isRefused: true }
}

/** Whether problems end the work: an error does, but for a lock-out that is accepted. */
export function refuses(problems: readonly Problem[], acceptLockout: boolean): boolean {
  return problems.some((problem) => problem.severity === 'error' && !(acceptLockout && problem.lockout === true))
}
