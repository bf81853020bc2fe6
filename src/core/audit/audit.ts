import { bytewise } from '../../base/order.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import type { FinishedDevice } from '../access/finished-device.ts'
import type { WayIn } from '../access/prove.ts'
import { type Proof, proveAccess } from '../access/prove-target.ts'
import { WithoutText } from '../plan/without-text.ts'
import { type Advice, adviceFor } from './advice.ts'
import { accounts } from './auditors/accounts.ts'
import { bootPartition } from './auditors/boot-partition.ts'
import { changedFilesOf } from './auditors/changed-files.ts'
import { confinement } from './auditors/confinement.ts'
import { copies } from './auditors/copies.ts'
import { defaultPasswords } from './auditors/default-passwords.ts'
import { kernel } from './auditors/kernel.ts'
import { missedSecurityUpgrades } from './auditors/missed-upgrades.ts'
import { network } from './auditors/network.ts'
import { radios } from './auditors/radios.ts'
import { secrets } from './auditors/secrets.ts'
import { sharedFolders } from './auditors/shared-folders.ts'
import { sources } from './auditors/sources.ts'
import { upgrades } from './auditors/upgrades.ts'
import { vulnerabilities } from './auditors/vulnerabilities.ts'
import { waysIn } from './auditors/ways-in.ts'
import { writable } from './auditors/writable.ts'
import { deviceAsItIs } from './device-as-it-is.ts'
import type { AuditFinding, Auditor, KnownVulnerability, Sighting, WordBehind } from './finding.ts'
import { judged, LEVELS } from './risk.ts'
import { NO_ROLE, type Role } from './role.ts'
import { type Waived, type Waiver, waive } from './waivers.ts'

const auditors: readonly Auditor[] = [
  waysIn,
  accounts,
  defaultPasswords,
  network,
  upgrades,
  missedSecurityUpgrades,
  sources,
  vulnerabilities,
  bootPartition,
  copies,
  secrets,
  writable,
  kernel,
  sharedFolders,
  radios,
  confinement,
]

/** What is found in an image; the worst first. */
export interface Audit extends Waived {
  readonly advice: readonly Advice[]
  /** Who gets in, and how. */
  readonly proof: Proof
}

export interface AuditQuestion {
  readonly role?: Role
  readonly waivers?: readonly Waiver[]
  readonly known?: readonly KnownVulnerability[]
  /** Of hashes that are not SHA512-crypt; without it they are not tried. */
  readonly wordBehind?: WordBehind
  /** Whether every file of every package is read, and held against the digests of dpkg. */
  readonly isDeep?: boolean
  /** `YYYY-MM-DD`, against which expiry is judged. */
  readonly today: string
}

/** The attack surface of a device as its image is: who gets in, what listens, what lies in it. Reads it, writes nothing. */
export function audit(
  inventory: Inventory,
  { role = NO_ROLE, waivers = [], known = [], wordBehind = () => undefined, isDeep = false, today }: AuditQuestion,
): Audit {
  const device = deviceAsItIs(inventory, today)
  const { root, bootedSigns, stockUser } = inventory
  const text = new WithoutText(root, root, [])
  const plan = { operations: [], units: [], packages: device.requests }
  const seen = proveAccess(device, root, plan, text)
  const proof = {
    ...seen,
    intruders: notShut(seen.intruders, () => proveAccess(asOwners(device, seen), root, plan, text)),
  }
  const audited = { device, proof, bootedSigns, stockUser, known, wordBehind }
  const found = [...auditors, ...(isDeep ? [changedFilesOf] : [])]
    .flatMap((auditor) => auditor(audited))
    .map((sighting) => judged(withoutText(sighting, text), role))
    .sort(worstFirst)
  return { ...waive(found, waivers, today), advice: adviceFor(role, found), proof }
}

/** Without what not everybody may read of the file that it is about. */
function withoutText({ because, cure, ...sighting }: Sighting, text: WithoutText): Sighting {
  const files = sighting.at === undefined ? [] : [sighting.at.file]
  const said = cure !== undefined && 'cannot' in cure ? { cannot: text.of(cure.cannot, ...files) } : cure
  return { ...sighting, because: text.of(because, ...files), cure: said }
}

/** What shuts an account out (PAM, a file, a shell, a mount) is looked at for owners alone, of whom a lock-out would be one. */
function asOwners(device: FinishedDevice, { intruders }: Proof): FinishedDevice {
  return { ...device, owners: new Map(intruders.map(({ user }) => [user, { sudo: 'none' }])) }
}

function notShut(intruders: Proof['intruders'], asOwned: () => Proof): Proof['intruders'] {
  if (intruders.length === 0) return []
  const { ways, transfers } = asOwned()
  const keyOf = ({ user, by, fingerprint }: WayIn) => [user, by, fingerprint].join('\n')
  const open = new Set([...ways, ...transfers].map(keyOf))
  return intruders.filter((way) => open.has(keyOf(way)))
}

/** The order of findings. */
export function worstFirst(a: AuditFinding, b: AuditFinding): number {
  const weight = ({ level, likelihood, impact }: AuditFinding) => LEVELS.indexOf(level) * 100 + likelihood * impact
  return weight(b) - weight(a) || bytewise(a.rule, b.rule) || bytewise(a.subject, b.subject)
}
