import type { Spec } from '../spec-file/spec.ts'
import type { AuditFinding } from './finding.ts'

export type Waiver = Spec['risk']['waivers'][number]

/** Findings that count, and those that their owner has waived. */
export interface Waived {
  readonly findings: readonly AuditFinding[]
  readonly waived: readonly (AuditFinding & { readonly waiver: Waiver })[]
  /** Waivers that did nothing, and why. */
  readonly idle: readonly { readonly waiver: Waiver; readonly because: string }[]
}

/** @param today `YYYY-MM-DD`: a waiver that has expired does nothing */
export function waive(all: readonly AuditFinding[], waivers: readonly Waiver[], today: string): Waived {
  const [inForce, expired] = [
    waivers.filter(({ expires }) => expires > today),
    waivers.filter(({ expires }) => expires <= today),
  ]
  const found = all.map((finding) => ({ finding, waiver: inForce.find((waiver) => isAbout(waiver, finding)) }))
  const met = (waiver: Waiver) => all.some((finding) => isAbout(waiver, finding))
  return {
    findings: found.flatMap(({ finding, waiver }) => (waiver === undefined ? [finding] : [])),
    waived: found.flatMap(({ finding, waiver }) => (waiver === undefined ? [] : [{ ...finding, waiver }])),
    idle: [
      ...expired.map((waiver) => ({ waiver, because: `it has expired on ${waiver.expires}` })),
      ...inForce.filter((waiver) => !met(waiver)).map((waiver) => ({ waiver, because: 'nothing was found for it' })),
    ],
  }
}

function isAbout({ rule, about }: Waiver, { rule: found, subject, at }: AuditFinding): boolean {
  return rule === found && (about === undefined || about === subject || about === at?.file)
}
