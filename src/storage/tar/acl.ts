/** Tags of an ACL's entries in the kernel's form (Linux include/uapi/linux/posix_acl.h). */
const TAG = { owner: 0x01, group: 0x04, mask: 0x10, other: 0x20 }
const HEAD = 4
const ENTRY = 8

/**
 * An access ACL as text (acl(5); `SCHILY.acl.access`) with the permissions of a new mode, as chmod(2) sets them: those
 * of the owner, of others, and of the mask, or of the group where there is no mask. Without that an old ACL would open
 * what the mode closes.
 *
 * @returns undefined when it cannot be read
 */
export function aclWithMode(text: string, mode: number): string | undefined {
  const separator = text.includes('\n') ? '\n' : ','
  const items = text.split(separator).filter((item) => item.trim() !== '')
  const hasMask = items.some((item) => /^\s*m(?:ask)?:/.test(item))
  const changed = items.map((item) => {
    const found = /^(\s*)(u|user|g|group|m|mask|o|other):([^:]*):([r-][w-][x-])(.*)$/.exec(item)
    if (found === null) return undefined
    const [, indent, tag = '', name, , rest] = found
    const bits = name === '' ? bitsOf(tag[0], hasMask, mode) : undefined
    return bits === undefined ? item : `${indent}${tag}::${letters(bits)}${rest}`
  })
  return changed.includes(undefined) ? undefined : changed.join(separator)
}

/**
 * The same for an access ACL in the kernel's form (`system.posix_acl_access`).
 *
 * @returns undefined when it cannot be read
 */
export function aclBytesWithMode(acl: Uint8Array, mode: number): Uint8Array | undefined {
  if (acl.length < HEAD || (acl.length - HEAD) % ENTRY !== 0) return undefined
  const changed = Buffer.from(acl)
  const tags: number[] = []
  for (let at = HEAD; at < changed.length; at += ENTRY) tags.push(changed.readUInt16LE(at))
  const hasMask = tags.includes(TAG.mask)
  for (const [i, tag] of tags.entries()) {
    const name = Object.entries(TAG).find(([, value]) => value === tag)?.[0]
    const bits = bitsOf(name === 'owner' ? 'u' : name?.[0], hasMask, mode)
    if (bits !== undefined) changed.writeUInt16LE(bits, HEAD + i * ENTRY + 2)
  }
  return changed
}

/** The bits of the mode that an entry without a name takes; `undefined`: it stays as it is. */
function bitsOf(tag: string | undefined, hasMask: boolean, mode: number): number | undefined {
  if (tag === 'u') return (mode >> 6) & 7
  if (tag === 'm' || (tag === 'g' && !hasMask)) return (mode >> 3) & 7
  return tag === 'o' ? mode & 7 : undefined
}

function letters(bits: number): string {
  return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`
}
