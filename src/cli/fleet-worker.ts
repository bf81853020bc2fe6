import { parentPort, workerData } from 'node:worker_threads'
import { PlainFile } from '../base/disk/plain-file.ts'
import type { AskForSecret } from '../core/spec-file/referenced-files.ts'
import { VerityTree } from '../storage/delta/verity.ts'
import type { DeltaBase } from '../write/delta/make-delta.ts'
import { fleetTarget } from '../write/fleet/fleet-base.ts'
import type { Made } from '../write/fleet/record.ts'
import { programAnswers } from './ask-for-secret.ts'
import { today } from './clock.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { explainFailure } from './failure.ts'
import { makeDevice, type OpenFleet } from './fleet-device.ts'
import type { DeviceTask, FleetJob } from './fleet-job.ts'
import { specLoader } from './load-spec.ts'
import { silentIo } from './silent-io.ts'

/** What a thread is started with. */
export interface WorkerStart {
  readonly job: FleetJob
  /** What programs have printed already: none runs again. */
  readonly answers: ReadonlyMap<string, ReturnType<AskForSecret>>
}

/** What a thread answers to a task. */
export type Outcome = { readonly made: Made } | { readonly exit: Exclude<ExitCode, 0>; readonly text: string }

const { job, answers } = workerData as WorkerStart
for (const [key, answer] of answers) programAnswers.set(key, answer)
const abort = new AbortController()
let opened: OpenFleet | undefined

/** The base is opened with the first device, so that what is wrong with it is reported as any failure. */
function open(): OpenFleet {
  opened ??= {
    job,
    target: fleetTarget({ path: job.base, label: job.label }, job.options),
    deltaBase: job.blocks && deltaBase(job.base, job.label, job.blocks),
    load: specLoader(job.specFile, job.options, today(process.env)),
    signal: abort.signal,
  }
  return opened
}

function deltaBase(path: string, label: string, blocks: Uint8Array): DeltaBase {
  const bytes = new PlainFile(path, { label })
  return { bytes, label, tree: new VerityTree(bytes.size, blocks) }
}

async function outcomeOf(task: DeviceTask): Promise<Outcome> {
  const said: string[] = []
  const io = silentIo((text) => said.push(text))
  const result = await Promise.resolve()
    .then(() => makeDevice(io, open(), task))
    .catch((error: unknown) => explainFailure(error, io))
  if (typeof result !== 'number') return { made: result }
  return { exit: result === EXIT.ok ? EXIT.failed : result, text: said.join('') }
}

parentPort?.on('message', async (task: DeviceTask | 'stop') => {
  if (task === 'stop') abort.abort()
  else parentPort?.postMessage(await outcomeOf(task))
})
