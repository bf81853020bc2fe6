import { mkdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as v from 'valibot'
import { readBelieved } from '../../base/disk/believed.ts'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { bytewise } from '../../base/order.ts'
import { jsonText } from '../emit/json.ts'
import { ed25519First, knownHostsText, sshfpText } from './host-key-records.ts'
import { labelsPage } from './labels.ts'
import { FORMATS } from './layout.ts'
import { isOciLayout, writeIndex } from './oci-layout.ts'
import { type Made, madeSchema } from './record.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(1))

/** `fleet.json`, and of a part `shards/I-of-N.json`. */
const fleetSchema = v.strictObject({
  schema: v.literal('pibake.fleet/1'),
  version: v.pipe(v.string(), v.description('Of pibake.')),
  tool: v.pipe(v.string(), v.description('The digest of the program, as in a provenance.')),
  base: v.strictObject({ name: v.string(), sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }),
  spec: v.string(),
  inventory: v.string(),
  format: v.picklist(FORMATS),
  ids: v.pipe(v.array(v.string()), v.description('Of all devices of the inventory, sorted.')),
  shard: v.nullable(v.strictObject({ index: count, count })),
  devices: v.pipe(v.array(madeSchema), v.description('What was made, sorted by id.')),
  missing: v.pipe(v.array(v.string()), v.description('Devices of this run, or of the part, that are not made.')),
})

export type Fleet = v.InferOutput<typeof fleetSchema>

/**
 * The record of a run, or of a part.
 *
 * @param name as {@link recordName} gives it
 * @returns undefined: it is not there, or is not one
 * @throws TargetError when it is somebody else's
 */
export function readFleet(folder: string, name: string): Fleet | undefined {
  const file = join(folder, name)
  const stats = statSync(dirname(file), { throwIfNoEntry: false })
  const bytes = stats && readBelieved(file, stats)
  if (bytes === undefined) return undefined
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), fleetSchema), new TextDecoder().decode(bytes))
  return found.success ? found.output : undefined
}

/** What {@link writeFleet} makes beside `fleet.json`. */
const SIDE = ['known_hosts', 'sshfp.zone', 'devices.csv', 'labels.html', 'SHA256SUMS'] as const

/**
 * Writes the record of a run: of a part for `merge`, of a whole fleet with all that is made from it.
 *
 * @returns the paths, from the folder
 */
export function writeFleet(folder: string, given: Fleet): string[] {
  const byId = (a: { readonly id: string }, b: { readonly id: string }) => bytewise(a.id, b.id)
  const sorted = { devices: [...given.devices].sort(byId), missing: [...given.missing].sort(bytewise) }
  // Keys in the schema's order, wherever the parts come from.
  const fleet = v.parse(fleetSchema, { ...given, ...sorted })
  const write = (name: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeAtomically(join(folder, name), text, { mode: 0o644 })
    return name
  }
  const { shard, devices } = fleet
  if (shard !== null) return [write(recordName(shard), jsonText(fleet))]
  const hasKeys = devices.some(({ hostKeys }) => hostKeys.length > 0)
  const texts: Record<(typeof SIDE)[number], string | Uint8Array | undefined> = {
    known_hosts: hasKeys ? knownHostsText(devices) : undefined,
    'sshfp.zone': hasKeys ? sshfpText(devices) : undefined,
    'devices.csv': csvText(devices),
    'labels.html': labelsPage(devices),
    SHA256SUMS: devices.map(({ file, sha256 }) => `${sha256}  ${file}\n`).join(''),
  }
  const written = SIDE.flatMap((name) => {
    const text = texts[name]
    if (text !== undefined) return [write(name, text)]
    rmSync(join(folder, name), { force: true })
    return []
  })
  const index = isOciLayout(folder) ? writeIndex(folder, fleet) : []
  return [...written, ...index, write(recordName(undefined), jsonText(fleet))]
}

/** Where the record of a whole run or of a part lies. */
export function recordName(shard: { readonly index: number; readonly count: number } | undefined): string {
  return shard === undefined ? 'fleet.json' : `shards/${shard.index}-of-${shard.count}.json`
}

/** The index and the number of parts of a file's name; undefined: it is not one of {@link recordName}. */
export function shardOfName(file: string): { readonly index: number; readonly count: number } | undefined {
  const [, index, count] = /^(\d+)-of-(\d+)\.json$/.exec(basename(file)) ?? []
  return index === undefined ? undefined : { index: Number(index), count: Number(count) }
}

/** RFC 4180; no value has a comma, a quote or a line end in it. */
function csvText(devices: readonly Made[]): string {
  const head = 'id,hostname,address,addresses,port,users,file,bytes,sha256,fingerprint'
  const lines = devices.map((made) => {
    const { id, hostname, address, addresses, port, users, file, bytes, sha256 } = made
    const fingerprint = ed25519First(made)[0]?.fingerprint ?? ''
    const fields = [id, hostname, address, addresses.join(' '), port ?? '', users.join(' '), file, bytes, sha256]
    return [...fields, fingerprint].join(',')
  })
  return [head, ...lines].map((line) => `${line}\r\n`).join('')
}
