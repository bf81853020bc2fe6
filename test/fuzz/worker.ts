/** Feeds readers in a thread of their own: one that does not come to an end is ended from outside. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { SpaceError, TargetError, TruncatedError } from '../../src/base/errors.ts'
import { ImportError } from '../../src/core/foreign/fact.ts'
import { OutputError } from '../../src/write/emit/errors.ts'
import { MergeError } from '../../src/write/fleet/merge.ts'
import { PackageError } from '../../src/write/packages/errors.ts'
import type { Failure, Order, Outcome } from './harness.ts'
import { inputOf } from './input.ts'
import { writeOnlyIn } from './nothing-written.ts'
import type { FuzzedReader } from './reader.ts'
import { fuzzedReaders } from './readers/index.ts'

/** Those that a command explains, and has an exit code for. */
const EXPLAINED = [TargetError, SpaceError, TruncatedError, OutputError, PackageError, ImportError, MergeError]
/** Milliseconds, as the machine was measured when the run began. */
const LONGEST = 2000 * Number(process.env.PIBAKE_TEST_PATIENCE ?? '1')
/** Of one kind no more are kept. */
const KEPT = 20

const { readers, seed, inputs, milliseconds, folder, place } = workerData as Order
const at = new Int32Array(place)
mkdirSync(folder, { recursive: true })
writeOnlyIn(folder)

for (const [number, { name, given }] of readers.entries()) {
  Atomics.store(at, 0, number)
  const reader = fuzzedReaders.find((one) => one.name === name)
  if (reader === undefined) throw new Error(`there is no reader ${name}`)
  parentPort?.postMessage(await fed(reader, given))
}

async function fed(reader: FuzzedReader, given: readonly Uint8Array[] | undefined): Promise<Outcome> {
  const own = join(folder, reader.name.replace(/\W/g, '-'))
  mkdirSync(own, { recursive: true })
  const failures = new Map<string, Failure>()
  const started = performance.now()
  const count = given?.length ?? Math.ceil(inputs * (reader.share ?? 1))
  let [slowest, refused, index] = [0, 0, 0]
  for (; index < count && performance.now() - started < milliseconds; index++) {
    Atomics.store(at, 1, index)
    const input = given?.[index] ?? inputOf(reader, seed, index)
    const { error, took } = await tried(reader, input, own)
    slowest = Math.max(slowest, took)
    const isExplained = EXPLAINED.some((kind) => error instanceof kind)
    if (isExplained) refused += 1
    const what = error !== undefined && !isExplained ? stackOf(error) : took > LONGEST ? 'it took too long' : undefined
    const kind = what?.split('\n').slice(0, 3).join('\n')
    if (what !== undefined && kind !== undefined && failures.size < KEPT && !failures.has(kind))
      failures.set(kind, { index, what: `${what} (${Math.round(took)} ms)`, input })
  }
  const seconds = (performance.now() - started) / 1000
  return { reader: reader.name, inputs: index, seconds, slowest, refused, failures: [...failures.values()] }
}

/** What takes long because the machine has other work is quicker when it is tried again. */
async function tried(reader: FuzzedReader, input: Uint8Array, own: string) {
  let first = await once(reader, input, own)
  for (let again = 0; again < 2 && first.took > LONGEST; again++) {
    const next = await once(reader, input, own)
    if (next.took < first.took) first = next
  }
  return first
}

async function once(reader: FuzzedReader, input: Uint8Array, own: string) {
  // A reader that changes what it is given changes the copy.
  const copy = Uint8Array.from(input)
  const started = performance.now()
  let error: unknown
  try {
    await reader.read(copy, own)
  } catch (thrown) {
    error = thrown ?? new Error('nothing is thrown')
  }
  const took = performance.now() - started
  if (Buffer.compare(copy, input) !== 0) error = new Error('it writes into its input')
  return { error, took }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
