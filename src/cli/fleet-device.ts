import { renameSync } from 'node:fs'
import { bakesHostKeys } from '../core/controls/host-keys.ts'
import { hostnameOf } from '../core/controls/hostname.ts'
import { changesOf } from '../core/plan/changes.ts'
import type { Change } from '../core/plan/state.ts'
import { hostKeyFacts } from '../core/presentation/documents.ts'
import { addressOf } from '../core/presentation/print-access.ts'
import { connectionsOf, familiesOf } from '../core/spec-file/connections.ts'
import type { Target } from '../storage/tree/tree.ts'
import { openBakeJob } from '../write/bake/open.ts'
import { type DeltaBase, makeDelta } from '../write/delta/make-delta.ts'
import { writeOverlay } from '../write/emit/overlay-tar.ts'
import { hostKeyTree, keepHostKeys, keptSecrets, settleSecrets } from '../write/fleet/device-secrets.ts'
import { pathsOf } from '../write/fleet/layout.ts'
import { placeOutput } from '../write/fleet/place-output.ts'
import { forgetRecord, type Made, writeRecord } from '../write/fleet/record.ts'
import type { ExitCode } from './exit.ts'
import type { DeviceTask, FleetJob } from './fleet-job.ts'
import type { Io } from './io.ts'
import type { LoadedSpec } from './load-spec.ts'
import { type Prepared, prepareLoaded } from './prepare.ts'

/** What a thread has open for all of its devices. */
export interface OpenFleet {
  readonly job: FleetJob
  readonly target: Target
  /** Where deltas are made. */
  readonly deltaBase?: DeltaBase | undefined
  readonly load: (device: DeviceTask['device']) => LoadedSpec
  readonly signal: AbortSignal
}

/**
 * Makes one device of a fleet: its output, its record, and the file of its secrets. Each is whole or not there, in this order:
 * secrets, output, record, and what is sealed.
 *
 * @returns what was made, or the exit code of what `io` was told
 * @throws TargetError, SpaceError, ReadBackError, OutputError, Interrupted
 */
export async function makeDevice(io: Io, fleet: OpenFleet, { device, inputs }: DeviceTask): Promise<Made | ExitCode> {
  const { job, signal, load, target } = fleet
  const { sealing, place } = job
  const paths = pathsOf(place.folder, device.id)
  const loaded = load(device)
  const { spec } = loaded
  const kept =
    spec !== undefined && bakesHostKeys(spec) ? await keptSecrets(paths.secrets, sealing.identity) : undefined
  const prepared = await prepareLoaded(
    io,
    job.specFile,
    loaded,
    {
      ...job.options,
      makeHostKeys: true,
      ...(spec && kept && { hostKeysFrom: hostKeyTree(kept, hostnameOf(spec, target.root), paths.secrets) }),
    },
    () => target,
  )
  if (typeof prepared === 'number') return prepared
  forgetRecord(paths.record)
  await keepHostKeys(paths.secrets, device.id, prepared.hostKeys, kept, sealing)
  const changes = changesOf(prepared.target, prepared.plan.operations)
  const write = (file: string) => writeOutput(fleet, prepared, changes, file)
  const made = { ...factsOf(prepared, device.id), ...(await placeOutput(place, device.id, write, signal)) }
  writeRecord(paths.record, inputs, made)
  await settleSecrets(paths.secrets, sealing)
  return made
}

function factsOf(prepared: Prepared, id: string): Omit<Made, 'file' | 'bytes' | 'sha256'> {
  const { spec, target, plan, specDigest, hostKeys, verdict } = prepared
  const fixed = connectionsOf(spec).flatMap((one) => familiesOf(one).flatMap(([, { addresses }]) => addresses))
  const remote = verdict.ways.filter(({ by }) => by !== 'console')
  return {
    id,
    hostname: hostnameOf(spec, target.root),
    address: addressOf(spec, target.root),
    addresses: [...new Set(fixed)],
    port: spec.ssh.enabled ? spec.ssh.port : null,
    users: [...new Set(remote.map(({ user }) => user))],
    planDigest: plan.digest,
    specDigest,
    hostKeys: hostKeyFacts(hostKeys),
  }
}

async function writeOutput(
  { job, signal, deltaBase }: OpenFleet,
  prepared: Prepared,
  changes: readonly Change[],
  output: string,
): Promise<void> {
  const { epoch, plan } = prepared
  if (job.place.format === 'overlay.tar') return writeOverlay(output, changes, { epoch })
  const { options } = job
  const done = { epoch, operations: plan.operations }
  if (deltaBase !== undefined) return makeDelta(deltaBase, output, changes, { ...done, choice: options, signal })
  const work = { signal, isHashed: false, trustBase: true, progress: () => ({ update: () => {}, done: () => {} }) }
  const bake = await openBakeJob({ base: job.base, out: output, choice: options, reading: options }, work)
  try {
    const { file } = await bake.bake(changes, done)
    renameSync(file, output)
  } finally {
    bake.close()
  }
}
