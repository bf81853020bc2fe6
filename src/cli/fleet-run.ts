import { existsSync, rmSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { digestOf } from '../base/digest.ts'
import { readBelieved } from '../base/disk/believed.ts'
import { shellWord } from '../base/encode/shell-word.ts'
import { visible } from '../base/encode/visible.ts'
import { utf8 } from '../base/host/bytes.ts'
import { bytewise } from '../base/order.ts'
import { toolDigest, toolVersion } from '../write/emit/tool.ts'
import { settleSecrets } from '../write/fleet/device-secrets.ts'
import { type FleetBase, fleetTarget, openFleetBase } from '../write/fleet/fleet-base.ts'
import { sharedHostKeys } from '../write/fleet/host-key-records.ts'
import { type OutputPlace, secretPathsOf } from '../write/fleet/layout.ts'
import { addBase } from '../write/fleet/oci-layout.ts'
import { type Made, recordOf } from '../write/fleet/record.ts'
import { type Fleet, recordName, writeFleet } from '../write/fleet/run-records.ts'
import { type Shard, shardOf } from '../write/fleet/shard.ts'
import { programAnswers } from './ask-for-secret.ts'
import { sourceDateEpoch } from './clock.ts'
import { EXIT, type ExitCode } from './exit.ts'
import type { CheckedDevice, CheckedFleet } from './fleet-check.ts'
import type { DeviceTask, FleetJob } from './fleet-job.ts'
import { openFleetFolder } from './fleet-place.ts'
import { runTasks } from './fleet-pool.ts'
import { devicesText, FleetReport } from './fleet-report.ts'
import { interruptible } from './interrupt.ts'
import type { Io } from './io.ts'
import { lockFileOf } from './lock-file.ts'
import { cardCommand, nextLines } from './next.ts'
import { prepareLoaded } from './prepare.ts'
import { printLines } from './print.ts'
import { progress } from './progress.ts'
import { silentIo } from './silent-io.ts'

/** What is made of what, and where. */
export interface FleetRun {
  readonly specFile: string
  readonly inventory: string
  readonly base: string
  readonly place: OutputPlace
  readonly shard: Shard | undefined
  /** Threads; undefined: one a core. */
  readonly threads: number | undefined
  readonly sealing: FleetJob['sealing']
  readonly options: FleetJob['options']
}

/**
 * Makes the devices that are not made yet, and writes the records of the run. A device that fails is reported and stops no other.
 *
 * @param chosen those that may be made; the record names all of the run
 */
export function makeFleet(
  io: Io,
  run: FleetRun,
  fleet: CheckedFleet,
  chosen: ReadonlySet<CheckedDevice>,
): Promise<ExitCode> {
  return interruptible(async (signal) => {
    const { place, shard, specFile, sealing } = run
    const { folder, format } = place
    openFleetFolder(place)
    const shown = (title: string, total: number | undefined) => progress(io, title, total)
    const base = await openFleetBase(run.base, folder, format, { signal, progress: shown })
    try {
      if (place.layout === 'oci') await addBase(folder, run.base, base.sha256, { signal, progress: shown })
      const isMine = ({ device: { id } }: CheckedDevice) =>
        shard === undefined || shardOf(id, shard.count) === shard.index
      const mine = fleet.devices.filter(isMine)
      const options = { ...run.options, carry: 'must' } as const
      const { path, blocks } = base
      const job: FleetJob = { specFile, place, base: path, label: run.base, blocks, sealing, options }
      await settlePackages(
        job,
        fleet,
        mine.filter((one) => chosen.has(one)),
      )
      const plan = planned(run, base, mine, chosen)
      for (const id of plan.made.keys()) await settleSecrets(secretPathsOf(folder, id), sealing)
      // What the packages are is settled: a device that needs others fails.
      const settled = { ...job, options: { ...options, frozen: existsSync(lockFileOf(specFile)) } }
      const report = new FleetReport(io, plan.tasks.length)
      const failures = await makeTasks(settled, run, plan, report, signal)
      return closed(io, { run, base, fleet, mine, plan, failures, report })
    } finally {
      base.close()
    }
  })
}

/** The devices of a run: those that are made, by their ids, and those that are to be. */
interface FleetPlan {
  readonly made: Map<string, Made>
  readonly tasks: readonly DeviceTask[]
}

/** @param mine the devices of this run, of which those that are `chosen` may be made */
function planned(
  run: FleetRun,
  base: FleetBase,
  mine: readonly CheckedDevice[],
  chosen: ReadonlySet<CheckedDevice>,
): FleetPlan {
  const shared = sharedDigest(run, base)
  const made = new Map<string, Made>()
  const tasks: DeviceTask[] = []
  for (const one of mine) {
    const inputs = digestOf(utf8(`${shared} ${one.digest}`))
    const kept = recordOf(run.place, one.device.id, inputs)
    if (kept !== undefined) made.set(kept.id, kept)
    else if (chosen.has(one)) tasks.push({ device: one.device, inputs })
  }
  return { made, tasks }
}

/** Makes what is to be made. @returns the exit codes of the devices that failed */
async function makeTasks(
  job: FleetJob,
  { place, shard, threads = availableParallelism() }: FleetRun,
  { made, tasks }: FleetPlan,
  report: FleetReport,
  signal: AbortSignal,
): Promise<readonly ExitCode[]> {
  const failures: ExitCode[] = []
  // It would speak of devices that are being made anew.
  if (tasks.length > 0) rmSync(join(place.folder, recordName(shard)), { force: true })
  for (const kept of made.values()) report.kept(kept)
  try {
    await runTasks({ job, answers: programAnswers }, tasks, threads, signal, ({ device }, outcome) => {
      if ('made' in outcome) made.set(device.id, outcome.made)
      else failures.push(outcome.exit)
      report.outcome(device.id, outcome)
    })
  } finally {
    report.close()
  }
  return failures
}

/** A run whose devices are made, or have failed. */
interface Ended {
  readonly run: FleetRun
  readonly base: FleetBase
  readonly fleet: CheckedFleet
  readonly mine: readonly CheckedDevice[]
  readonly plan: FleetPlan
  readonly failures: readonly ExitCode[]
  readonly report: FleetReport
}

/** Writes the records of a run, and says what came of it. */
function closed(io: Io, { run, base, fleet, mine, plan, failures, report }: Ended): ExitCode {
  const devices = [...plan.made.values()]
  const twice = sharedHostKeys(devices)
  for (const line of twice) io.stderr.write(`pibake: ${visible(line)}\n`)
  const ids = fleet.devices.map(({ device }) => device.id).sort(bytewise)
  const missing = mine.map(({ device }) => device.id).filter((id) => !plan.made.has(id))
  const files = writeFleet(run.place.folder, { ...factsOf(run, base), ids, devices, missing })
  const exit = twice.length > 0 ? EXIT.failed : exitOf(failures)
  const made = plan.tasks.length - failures.length
  const counts = { made, kept: devices.length - made, failed: failures.length, missing: missing.length }
  report.end({ exit, ...counts, files })
  if (!io.json)
    printLines(io, [...closing(run, counts, files).map(visible), ...nextLines(io, stepsAfter(run, devices))])
  return exit
}

/**
 * Chooses the packages to be carried before there are several threads, once for all devices that need the same ones: they go
 * into the lock.
 *
 * @throws TargetError when the base is refused, PackageError when packages cannot be fetched
 */
async function settlePackages(job: FleetJob, { load }: CheckedFleet, devices: readonly CheckedDevice[]): Promise<void> {
  const target = fleetTarget({ path: job.base, label: job.label }, job.options)
  const settled = new Set<string>()
  for (const { device, packages } of devices) {
    if (settled.has(packages)) continue
    const io = silentIo(() => {})
    const prepared = await prepareLoaded(io, job.specFile, load(device), job.options, () => target)
    // One that is refused is reported when its turn comes.
    if (typeof prepared !== 'number') settled.add(packages)
  }
}

/** What is the same for all devices and decides their bytes. */
function sharedDigest({ specFile, place: { format }, options }: FleetRun, { sha256 }: FleetBase): string {
  const lock = lockFileOf(specFile)
  const bytes = readBelieved(lock, statSync(specFile))
  const locked = bytes === undefined ? null : digestOf(bytes)
  const parts = [toolDigest(), sha256, format, sourceDateEpoch(process.env) ?? null, locked, options]
  return digestOf(utf8(JSON.stringify(parts)))
}

function factsOf(
  { specFile, inventory, base, place: { format }, shard }: FleetRun,
  { sha256 }: FleetBase,
): Omit<Fleet, 'ids' | 'devices' | 'missing'> {
  return {
    schema: 'pibake.fleet/1',
    version: toolVersion(),
    tool: toolDigest(),
    base: { name: basename(base), sha256 },
    spec: basename(specFile),
    inventory: basename(inventory),
    format,
    shard: shard ?? null,
  }
}

/** Failures that are worth another try end with the code for that, unless there are others too. */
function exitOf(failures: readonly ExitCode[]): ExitCode {
  if (failures.length === 0) return EXIT.ok
  return failures.every((exit) => exit === EXIT.retry) ? EXIT.retry : EXIT.failed
}

interface Counts {
  readonly made: number
  readonly kept: number
  readonly failed: number
  readonly missing: number
}

function closing(
  { place: { folder } }: FleetRun,
  { made, kept, failed, missing }: Counts,
  files: readonly string[],
): string[] {
  const parts = [
    `${devicesText(made)} made`,
    ...(kept > 0 ? [`${kept} there already`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ]
  const others = missing - failed
  return [
    `${folder}: ${parts.join(', ')}${others > 0 ? `; ${others} not asked for` : ''}.`,
    `Beside them: ${files.join(' ')}`,
    ...(failed > 0 ? ['The same command makes what is missing.'] : []),
  ]
}

/** Of a part, the join of all; of a whole fleet of images, how the first one gets onto a card. */
function stepsAfter(
  { place: { folder, format }, shard, base }: FleetRun,
  [first]: readonly Made[],
): (readonly [string, string])[] {
  if (shard !== undefined) return [['then', `pibake fleet merge ${shellWord(folder)}`]]
  const file = first && join(folder, first.file)
  const card = file && (format === 'delta' ? cardCommand(base, file) : cardCommand(file))
  return card === undefined ? [] : [['next', card]]
}
