import { digestOf } from '../base/digest.ts'
import { utf8 } from '../base/host/bytes.ts'
import { Secret } from '../base/secret.ts'
import type { Device } from '../core/spec-file/device-values.ts'
import type { Spec } from '../core/spec-file/spec.ts'
import type { PartitionChoice } from '../write/apply/choose-partitions.ts'
import type { ArchiveReading } from '../write/bake/open-tar.ts'
import type { Sealing } from '../write/fleet/device-secrets.ts'
import type { OutputPlace } from '../write/fleet/layout.ts'
import type { PrepareOptions } from './prepare.ts'

/** What is the same for all devices of a run, as it is given to each thread. */
export interface FleetJob {
  readonly specFile: string
  readonly place: OutputPlace
  /** The base, or what was unpacked of it. */
  readonly base: string
  /** As messages call the base; its ending says whether it is an archive. */
  readonly label: string
  /** See {@link FleetBase.blocks}. */
  readonly blocks?: Uint8Array | undefined
  readonly sealing: Sealing
  readonly options: PrepareOptions & PartitionChoice & ArchiveReading
}

/** A device that is to be made. */
export interface DeviceTask {
  readonly device: Device
  /** The digest of all that the device is made from, secrets too. */
  readonly inputs: string
}

/** The digest of all that a spec says, secrets too: nobody else may see it. */
export function fullDigest(spec: Spec, specDigest: string): string {
  return digestOf(utf8(JSON.stringify([specDigest, spec], revealed)))
}

/** What JSON leaves out of a spec's values: secrets, bytes, maps. */
function revealed(this: unknown, key: string, given: unknown): unknown {
  // Secret.toJSON has been called already.
  const value = (this as Record<string, unknown>)[key]
  if (value instanceof Secret) return { secret: value.reveal() }
  if (value instanceof Uint8Array) return digestOf(value)
  if (value instanceof Map || value instanceof Set) return [...value]
  return typeof value === 'bigint' ? `${value}` : given
}
