import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { readBelieved } from '../../base/disk/believed.ts'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { utf8 } from '../../base/host/bytes.ts'
import { HOST_KEY_NAMES, type HostKeys } from '../../device/formats/host-key.ts'
import { BAKED_KEYS, hostKeyFile } from '../../device/inspect/host-keys.ts'
import { type MemoryNode, MemoryTree } from '../../storage/tree/memory.ts'
import { jsonText } from '../emit/json.ts'

/** `secrets/ID.json`, for the caller alone (0600). */
const secretsSchema = v.strictObject({
  schema: v.literal('pibake.fleet-secrets/1'),
  id: v.string(),
  hostKeys: v.strictObject({ ed25519: v.optional(v.string()), rsa: v.optional(v.string()) }),
})

/**
 * The host keys that were made for a device before, as a root partition that holds them.
 *
 * @param hostname the name that the device has now
 * @returns undefined: none were made
 * @throws TargetError when the file is somebody else's, Error when it is not what was written
 */
export function keptHostKeys(file: string, hostname: string): MemoryTree | undefined {
  const folder = dirname(file)
  const bytes = statSync(folder, { throwIfNoEntry: false }) && readBelieved(file, statSync(folder))
  if (bytes === undefined) return undefined
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), secretsSchema), new TextDecoder().decode(bytes))
  if (!found.success)
    throw new Error(`${file} is not what pibake has written: restore it, or remove it for new host keys`)
  const node = (text: string): MemoryNode => ({ kind: 'file', content: utf8(text), mode: 0o600, uid: 0, gid: 0 })
  const keys = HOST_KEY_NAMES.flatMap((name) => {
    const text = found.output.hostKeys[name]
    return text === undefined ? [] : [[hostKeyFile(BAKED_KEYS, name), node(text)] as const]
  })
  return new MemoryTree(file, [['/etc/hostname', node(`${hostname}\n`)], ...keys])
}

/** Keeps the host keys that were made for a device, so that it has the same ones when it is made again. */
export function keepHostKeys(file: string, id: string, keys: HostKeys): void {
  const made = HOST_KEY_NAMES.flatMap((name) => {
    const key = keys[name]
    return key === undefined ? [] : [[name, key.privateKey.reveal()] as const]
  })
  if (made.length === 0) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeAtomically(file, jsonText({ schema: 'pibake.fleet-secrets/1', id, hostKeys: Object.fromEntries(made) }), {
    mode: 0o600,
  })
}
