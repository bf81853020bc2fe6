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
  readonly at: FileLine | undefined
  /** A clause without a full stop. */
  readonly because: string
}

/** The device as its image is, and who gets into it. */
export interface Audited {
  readonly device: FinishedDevice
  readonly proof: Proof
  /** What only a device that has been started leaves behind. */
  readonly bootedSigns: readonly string[]
}

/** One subject of the attack surface, read from the image alone; each rule of docs/audit.md names its auditor. */
export type Auditor = (audited: Audited) => readonly Sighting[]

/** A sighting with what it means for this device. */
export interface AuditFinding extends Sighting {
  readonly title: string
  readonly likelihood: Grade
  readonly impact: Grade
  readonly level: Level
  /** Why likelihood and impact are not what they are for an ordinary device at home. */
  readonly reasons: readonly string[]
  readonly cure: Cure
}
