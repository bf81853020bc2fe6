import { aclBytesWithMode, aclWithMode } from './acl.ts'
import type { PaxRecord } from './pax.ts'

/**
 * The records of a replaced file, or of a directory that gets another mode, that its successor keeps: extended
 * attributes and ACLs, as `cp --preserve=mode,xattr` keeps them on a mounted partition. Values are carried over as bytes,
 * but access ACLs get the new mode, as chmod(2) gives it to them; one that cannot be read is left out, and the mode
 * alone holds.
 */
export function keptAttributes(records: readonly PaxRecord[], mode: number): PaxRecord[] {
  return records.flatMap((record) => {
    const kept = keptAttribute(record, mode)
    return kept === undefined ? [] : [kept]
  })
}

function keptAttribute(record: PaxRecord, mode: number): PaxRecord | undefined {
  const { key, value } = record
  switch (key) {
    case 'SCHILY.acl.access': {
      const acl = aclWithMode(Buffer.from(value).toString('latin1'), mode)
      return acl === undefined ? undefined : { key, value: Buffer.from(acl, 'latin1') }
    }
    case 'SCHILY.xattr.system.posix_acl_access': {
      const acl = aclBytesWithMode(value, mode)
      return acl === undefined ? undefined : { key, value: acl }
    }
    // base64 of what the other two tell as well.
    case 'LIBARCHIVE.xattr.system.posix_acl_access':
      return undefined
    case 'SCHILY.acl.default':
    case 'RHT.security.selinux':
      return record
    default:
      return /^(?:SCHILY|LIBARCHIVE)\.xattr\./.test(key) ? record : undefined
  }
}
