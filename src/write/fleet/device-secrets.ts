import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { readBelieved } from '../../base/disk/believed.ts'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { utf8 } from '../../base/host/bytes.ts'
import { HOST_KEY_NAMES, type HostKeys } from '../../device/formats/host-key.ts'
import { BAKED_KEYS, hostKeyFile } from '../../device/inspect/host-keys.ts'
import { type MemoryNode, MemoryTree } from '../../storage/tree/memory.ts'
import { OutputError } from '../emit/errors.ts'
import { jsonText } from '../emit/json.ts'
import { seal, unseal } from '../seal/seal.ts'
import type { secretPathsOf } from './layout.ts'

/** `secrets/ID.json`, for the caller alone (0600), and what is sealed in `secrets/ID.json.age`. */
const secretsSchema = v.strictObject({
  schema: v.literal('pibake.fleet-secrets/1'),
  id: v.string(),
  hostKeys: v.strictObject({ ed25519: v.optional(v.string()), rsa: v.optional(v.string()) }),
})

type Paths = ReturnType<typeof secretPathsOf>

/** How what is secret of a device lies on the disk. */
export interface Sealing {
  /** To whom it is sealed; none: it is not. */
  readonly recipients: readonly string[]
  /** The file that opens what was sealed before. */
  readonly identity?: string | undefined
}

/** What was kept of a device. */
export interface KeptSecrets {
  /** The file as it was, opened. */
  readonly text: string
  readonly isSealed: boolean
}

/**
 * What was kept of a device when it was made before. What lies there as it is counts before what is sealed: it goes last.
 *
 * @returns undefined: nothing
 * @throws TargetError when the file is somebody else's, OutputError when it is sealed and not opened
 */
export async function keptSecrets(paths: Paths, identity: string | undefined): Promise<KeptSecrets | undefined> {
  const plain = believed(paths.plain)
  if (plain !== undefined) return { text: new TextDecoder().decode(plain), isSealed: false }
  const sealed = believed(paths.sealed)
  if (sealed === undefined) return undefined
  if (identity === undefined)
    throw new OutputError(`${paths.sealed} has the host keys of the device, and is sealed`, {
      hint: '--identity FILE opens it; remove it for new host keys',
    })
  return { text: await unseal(sealed, identity, paths.sealed), isSealed: true }
}

function believed(file: string): Uint8Array | undefined {
  const stats = statSync(dirname(file), { throwIfNoEntry: false })
  return stats && readBelieved(file, stats)
}

/**
 * The host keys that were kept for a device, as a root partition that holds them.
 *
 * @param hostname the name that the device has now
 * @throws OutputError when the text is not what was written
 */
export function hostKeyTree({ text }: KeptSecrets, hostname: string, { plain }: Paths): MemoryTree {
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), secretsSchema), text)
  if (!found.success)
    throw new OutputError(`${plain} is not what pibake has written`, {
      hint: 'restore it, or remove it for new host keys',
    })
  const node = (content: string): MemoryNode => ({ kind: 'file', content: utf8(content), mode: 0o600, uid: 0, gid: 0 })
  const keys = HOST_KEY_NAMES.flatMap((name) => {
    const key = found.output.hostKeys[name]
    return key === undefined ? [] : [[hostKeyFile(BAKED_KEYS, name), node(key)] as const]
  })
  return new MemoryTree(plain, [['/etc/hostname', node(`${hostname}\n`)], ...keys])
}

/**
 * Keeps the host keys of a device, so that it has the same ones when it is made again. What is sealed already, and has not changed,
 * stays as it is: sealed again, it would be other bytes.
 *
 * Nobody may be there to open what is sealed: it takes its place when the device is made and its record says so
 * ({@link settleSecrets}), for the next run is to make a device again that was not.
 *
 * @throws OutputError when it would lie open beside what is sealed
 */
export async function keepHostKeys(
  paths: Paths,
  id: string,
  keys: HostKeys,
  kept: KeptSecrets | undefined,
  { recipients }: Sealing,
): Promise<void> {
  rmSync(paths.pending, { force: true })
  const made = HOST_KEY_NAMES.flatMap((name) => {
    const key = keys[name]
    return key === undefined ? [] : [[name, key.privateKey.reveal()] as const]
  })
  if (made.length === 0) return
  const text = jsonText({ schema: 'pibake.fleet-secrets/1', id, hostKeys: Object.fromEntries(made) })
  if (kept?.isSealed === true && kept.text === text) return
  mkdirSync(dirname(paths.plain), { recursive: true, mode: 0o700 })
  if (recipients.length > 0) return write(paths.pending, await seal(text, recipients))
  if (kept?.isSealed === true)
    throw new OutputError(`${paths.sealed} is sealed, and the device has new host keys`, {
      hint: '--seal-to RECIPIENT seals them too',
    })
  write(paths.plain, text)
}

/** Puts what was sealed for a device that is made in its place; with recipients, what still lies there as it is is sealed too. */
export async function settleSecrets(paths: Paths, { recipients }: Sealing): Promise<void> {
  const plain = recipients.length > 0 && !existsSync(paths.pending) ? believed(paths.plain) : undefined
  if (plain !== undefined) write(paths.pending, await seal(new TextDecoder().decode(plain), recipients))
  if (!existsSync(paths.pending)) return
  renameSync(paths.pending, paths.sealed)
  rmSync(paths.plain, { force: true })
}

function write(file: string, content: Uint8Array | string): void {
  writeAtomically(file, content, { mode: 0o600 })
}
