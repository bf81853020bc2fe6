import type { FileLine } from '../access/finding.ts'
import type { FinishedDevice } from '../access/finished-device.ts'
import type { Proof } from '../access/prove-target.ts'
import type { Cure, Grade, RuleId } from './rules.ts'

export type Level = 'low' | 'medium' | 'high' | 'critical'

/** What an auditor saw. */
export interface Sighting {
  readonly rule: RuleId
  /** What it is about (an account, a unit, a file); with the rule it tells one finding from the others. */
  readonly subject: string
  /** The accounts that it is about; empty: everybody, or it is about no account. */
  readonly users?: readonly string[]
  readonly at: FileLine | undefined
  /** A clause without a full stop. */
  readonly because: string
  /** Where that of its rule does not close this one. */
  readonly cure?: Cure | undefined
  /** What is in the lines of its rule's cure in the place of UNIT. */
  readonly unit?: string
}

/** The device as its image is, and who gets into it. */
export interface Audited {
  readonly device: FinishedDevice
  readonly proof: Proof
  /** What only a device that has been started leaves behind. */
  readonly bootedSigns: readonly string[]
  /** The account that the image was built with, which a spec takes out by itself. */
  readonly stockUser: string | undefined
  /** Known vulnerabilities of its packages; empty where no data were given. */
  readonly known: readonly KnownVulnerability[]
  readonly wordBehind: WordBehind
}

/** Which of some words a hash is of; undefined: none, or it was not tried. */
export type WordBehind = (hash: string, words: readonly string[]) => string | undefined

/** What a security tracker knows of a package of the image. */
export interface KnownVulnerability {
  readonly id: string
  readonly source: string
  /** The version in which it is fixed; undefined: there is none. */
  readonly fixed: string | undefined
}

/** One subject of the attack surface, read from the image alone; each rule of docs/audit.md names its auditor. */
export type Auditor = (audited: Audited) => readonly Sighting[]

/** A sighting with what it means for this device. */
export interface AuditFinding extends Omit<Sighting, 'cure' | 'unit'> {
  readonly users: readonly string[]
  readonly title: string
  readonly likelihood: Grade
  readonly impact: Grade
  readonly level: Level
  /** Why likelihood and impact are not what they are for an ordinary device at home. */
  readonly reasons: readonly string[]
  readonly cure: Cure
}
