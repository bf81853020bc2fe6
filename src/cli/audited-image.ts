import { basename, resolve } from 'node:path'
import type { AuditQuestion } from '../core/audit/audit.ts'
import { type AuditedTarget, auditTarget } from '../core/audit/audit-target.ts'
import { NO_ROLE, type Role } from '../core/audit/role.ts'
import type { Inventory } from '../device/inspect/inventory.ts'
import { sbomPackages } from '../write/emit/sbom-packages.ts'
import { type Vulnerability, vulnerabilitiesOf } from '../write/packages/vulnerabilities.ts'
import { today } from './clock.ts'
import { wordBehind } from './crypt.ts'
import type { Io } from './io.ts'
import { loadSpec } from './load-spec.ts'
import { openTarget, type TargetOptions } from './open-target.ts'
import { printProblems } from './print.ts'
import { assertSpec } from './swapped.ts'
import { readTracker } from './tracker.ts'

/** What is audited, and by what. */
export interface AuditInput extends TargetOptions {
  readonly role?: Partial<Role>
  readonly spec?: string
  readonly deep?: boolean
  readonly securityTracker?: string
}

/** An image and what was found in it. */
export interface AuditedImage extends AuditedTarget {
  /** What it was called by. */
  readonly name: string
}

export interface Question extends AuditQuestion {
  readonly role: Role
}

/** What the device is for and what is waived; undefined: the spec that says so is not sound, which is printed. */
export function questionOf(io: Io, { spec: file, role }: AuditInput): Question | undefined {
  const day = today(io.env)
  if (file === undefined) return { role: { ...NO_ROLE, ...role }, today: day }
  assertSpec(file)
  const { spec, problems, locate } = loadSpec(file, {}, day)
  printProblems(io, problems, locate)
  if (spec === undefined) return undefined
  const { waivers, ...meant } = spec.risk
  return { role: { ...meant, ...role }, waivers, today: day }
}

/** Reads an image and audits it. */
export function auditedImage(options: AuditInput, question: Question): AuditedImage {
  const { deep: isDeep = false, image, root } = options
  const known = (inventory: Inventory) => knownIn(inventory, options)
  const found = auditTarget(openTarget(options), { ...question, isDeep, wordBehind, known })
  return { ...found, name: basename(resolve(image ?? root ?? '.')) }
}

/** As it is now: the first start may upgrade it. */
function knownIn({ root, release }: Inventory, { securityTracker }: AuditInput): readonly Vulnerability[] {
  if (securityTracker === undefined) return []
  return vulnerabilitiesOf(sbomPackages(root, undefined, []), readTracker(securityTracker, release), release)
}
