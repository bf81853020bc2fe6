import { get16, get32, put16 } from './fields.ts'

/**
 * The value of an ACL on the disk: version (32 bits, 1), then entries of kind (16) and permissions (16), followed by an
 * id (32) for those of a named user or group (Linux fs/ext4/acl.h).
 */
const VERSION = 1
const HEADER = 4
const KIND = { OWNER: 0x1, USER: 0x2, OWNING_GROUP: 0x4, GROUP: 0x8, MASK: 0x10, OTHERS: 0x20 } as const

/**
 * The ACL after a change of the mode, as chmod does it: who owns it, everybody else, and the mask of all others get the
 * mode's bits; without a mask the owning group does. Else a file of mode 0600 would stay open to those in its ACL.
 *
 * @returns `undefined` when the value is not an ACL
 */
export function aclWithMode(acl: Uint8Array, mode: number): Uint8Array | undefined {
  if (get32(acl, 0) !== VERSION) return undefined
  const result = acl.slice()
  const places = new Map<number, number>()
  for (let at = HEADER; at < acl.length; ) {
    const kind = get16(acl, at)
    places.set(kind, at)
    at += kind === KIND.USER || kind === KIND.GROUP ? 8 : 4
    if (at > acl.length) return undefined
  }
  const set = (kind: number, bits: number) => {
    const at = places.get(kind)
    if (at !== undefined) put16(result, at + 2, bits & 7)
  }
  set(KIND.OWNER, mode >> 6)
  set(places.has(KIND.MASK) ? KIND.MASK : KIND.OWNING_GROUP, mode >> 3)
  set(KIND.OTHERS, mode)
  return result
}
