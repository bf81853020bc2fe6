import { rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { readBelieved } from '../../base/disk/believed.ts'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { jsonText } from '../emit/json.ts'
import { DEVICE_ID, fileOf, type OutputPlace, pathsOf } from './layout.ts'

const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/))
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** What was made of a device, for everybody to read. */
export const madeSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(DEVICE_ID)),
  hostname: v.string(),
  address: v.pipe(v.string(), v.description('How the device is reached in its network, e.g. kit-01.local.')),
  addresses: v.pipe(v.array(v.string()), v.description('Its fixed addresses, with the length of their networks.')),
  port: v.pipe(v.nullable(v.number()), v.description('Of SSH; null: sshd is off.')),
  users: v.pipe(v.array(v.string()), v.description('Who gets in by SSH.')),
  file: v.pipe(v.string(), v.description('From the folder of the fleet.')),
  bytes: v.number(),
  sha256,
  planDigest: digest,
  specDigest: digest,
  hostKeys: v.array(
    v.strictObject({ type: v.string(), bits: v.number(), fingerprint: v.string(), publicKey: v.string() }),
  ),
})

export type Made = v.InferOutput<typeof madeSchema>

/** `records/ID.json`: by it a run that is started again knows what is done. */
const recordSchema = v.strictObject({
  schema: v.literal('pibake.fleet-record/1'),
  /** The digest of all that the output is made from, secrets too: nobody else reads it. */
  inputs: digest,
  made: madeSchema,
})

/**
 * What was made of a device.
 *
 * @param inputs what it would be made from now
 * @returns undefined: nothing, something else, or the record is not whole
 * @throws TargetError when the record is somebody else's
 */
export function recordOf(place: OutputPlace, id: string, inputs: string): Made | undefined {
  const found = readRecord(place.folder, id)
  if (found?.inputs !== inputs) return undefined
  const { made } = found
  if (made.file !== fileOf({ ...made, id }, place)) return undefined
  return statSync(join(place.folder, made.file), { throwIfNoEntry: false })?.size === made.bytes ? made : undefined
}

/** The file that was made of a device, from the folder of the fleet; undefined: no record says so. */
export function recordedFile(folder: string, id: string): string | undefined {
  return readRecord(folder, id)?.made.file
}

function readRecord(folder: string, id: string): v.InferOutput<typeof recordSchema> | undefined {
  const { record } = pathsOf(folder, id)
  const bytes = readBelieved(record, statSync(dirname(record)))
  if (bytes === undefined) return undefined
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), recordSchema), new TextDecoder().decode(bytes))
  return found.success ? found.output : undefined
}

/** To be called before the output takes its place: between the two no record speaks of another one. */
export function forgetRecord(record: string): void {
  rmSync(record, { force: true })
}

export function writeRecord(record: string, inputs: string, made: Made): void {
  writeAtomically(record, jsonText({ schema: 'pibake.fleet-record/1', inputs, made }), { mode: 0o600 })
}
