/**
 * Prefixes of names are numbers on the disk (Linux Documentation/filesystems/ext4, "Extended Attributes"). The two of
 * ACLs are whole names.
 */
const PREFIXES: ReadonlyArray<readonly [number, string]> = [
  [1, 'user.'],
  [2, 'system.posix_acl_access'],
  [3, 'system.posix_acl_default'],
  [4, 'trusted.'],
  [6, 'security.'],
  [8, 'system.richacl'],
  [7, 'system.'],
]

export const ACCESS_ACL = 'system.posix_acl_access'

const encoder = new TextEncoder()
/** Names keep their bytes: one character each. */
const decode = (bytes: Uint8Array) => String.fromCharCode(...bytes)

export interface StoredName {
  readonly prefix: number
  readonly rest: Uint8Array
}

/** The name as the kernel shows it; of a prefix that is not known, its number stands before. */
export function fullName({ prefix, rest }: StoredName): string {
  const text = PREFIXES.find(([number]) => number === prefix)?.[1] ?? `${prefix}:`
  return text + decode(rest)
}

/** `undefined` when the name has no prefix that the kernel knows. */
export function storedName(name: string): StoredName | undefined {
  const found = PREFIXES.find(([, text]) => (text.endsWith('.') ? name.startsWith(text) : name === text))
  return found === undefined ? undefined : { prefix: found[0], rest: encoder.encode(name.slice(found[1].length)) }
}
