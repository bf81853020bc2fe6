import { userInfo } from 'node:os'
import { isReservedName } from '../core/spec-file/reserved-names.ts'
import type { Starter } from '../core/spec-file/starter.ts'
import { keysOfHome } from './host-facts.ts'

/** A first spec's owner, as far as this machine knows: who runs this, and the public key in ~/.ssh. */
export function ownStarter(): Starter {
  return { name: ownName(), hostname: 'raspberrypi', publicKey: keysOfHome()[0]?.key, passwordHash: undefined }
}

/** The name of who runs this, where it can be an owner's. */
function ownName(): string {
  const { username } = userInfo()
  return /^[a-z_][a-z0-9_-]{0,30}$/.test(username) && !isReservedName(username) ? username : 'owner'
}
