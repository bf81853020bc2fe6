import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { isReservedName } from '../core/spec-file/reserved-names.ts'
import type { Starter } from '../core/spec-file/starter.ts'
import { parsePublicKey } from '../device/formats/public-key.ts'

/** A first spec's owner, as far as this machine knows: who runs this, and the public key in ~/.ssh. */
export function ownStarter(): Starter {
  const publicKey = ownKey(join(homedir(), '.ssh'))
  return { name: ownName(), hostname: 'raspberrypi', publicKey, passwordHash: undefined }
}

/** The name of who runs this, where it can be an owner's. */
function ownName(): string {
  const { username } = userInfo()
  return /^[a-z_][a-z0-9_-]{0,30}$/.test(username) && !isReservedName(username) ? username : 'owner'
}

/** The best public key of a folder: Ed25519 before others. */
function ownKey(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined
  const keys = readdirSync(folder)
    .filter((file) => file.endsWith('.pub'))
    .sort()
    .flatMap((file) => readKey(join(folder, file)) ?? [])
  return keys.find((key) => key.startsWith('ssh-ed25519 ')) ?? keys[0]
}

/** The public key in a file; undefined when the file cannot be read or holds something else. */
export function readKey(file: string): string | undefined {
  try {
    const key = parsePublicKey(readFileSync(file, 'utf8'))
    return 'reason' in key ? undefined : `${key.type} ${key.blob} ${key.comment}`.trim()
  } catch {
    return undefined
  }
}
