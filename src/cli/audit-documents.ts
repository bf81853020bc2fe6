import { compared } from '../core/audit/compare.ts'
import type { AuditFinding } from '../core/audit/finding.ts'
import type { Role } from '../core/audit/role.ts'
import { imageFacts } from '../core/presentation/documents.ts'
import type { AuditDocument, ComparisonDocument } from './audit-schema.ts'
import type { AuditedImage } from './audited-image.ts'

/** The JSON document of one image. */
export function auditDocument(image: AuditedImage, role: Role): AuditDocument {
  return { schema: 'pibake.audit/1', role, ...facts(image) }
}

/** The JSON document of two images. */
export function comparisonDocument(before: AuditedImage, after: AuditedImage, role: Role): ComparisonDocument {
  const { closed, added, left } = compared(before.findings, after.findings)
  return {
    schema: 'pibake.audit-comparison/1',
    role,
    before: facts(before),
    after: facts(after),
    closed: closed.map(findingFacts),
    added: added.map(findingFacts),
    left: left.map(findingFacts),
  }
}

function facts({ findings, waived, idle, advice, proof, inventory }: AuditedImage) {
  return {
    image: imageFacts(inventory),
    findings: findings.map(findingFacts),
    waived: waived.map(findingFacts),
    idleWaivers: idle,
    advice,
    waysIn: proof.intruders,
    skipped: inventory.boot === undefined ? ['the boot partition was not given'] : [],
  }
}

function findingFacts<Found extends AuditFinding>({ at, ...finding }: Found) {
  return { ...finding, at: at ?? null }
}
