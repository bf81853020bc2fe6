import { concat } from '../../base/host/bytes.ts'
import type { TarArchive } from './archive.ts'
import { keptAttributes } from './attributes.ts'
import type { TarEntry } from './entry.ts'
import { BLOCK, FIELD, MAX_ID, parseHeader, putNumber, putText, seal } from './header.ts'
import { fitsField, inField, paxHeader } from './make.ts'
import { bytesOf } from './names.ts'
import { hasKey, type PaxRecord, paxRecord } from './pax.ts'

/** What is to be different in an entry that is carried over. */
export interface Rewrite {
  /** The name as it is to stand in the archive. */
  readonly name?: string
  /** The same for what a link says. */
  readonly linkname?: string
  readonly meta?: { readonly mode: number; readonly uid: number; readonly gid: number }
}

/**
 * An entry's header and what stands before it, with some of it changed and everything else as it is: its time, its
 * PAX records as bytes, GNU's map of a sparse file. What follows the header block is not part of it.
 */
export async function rewritten(archive: TarArchive, entry: TarEntry, change: Rewrite): Promise<Uint8Array> {
  const block = archive.bytes(entry.header, BLOCK)
  const { records, longName, longLink } = archive.extensions(entry)
  const name = change.name === undefined ? longName : bytesOf(change.name)
  const linkname = change.linkname === undefined ? longLink : bytesOf(change.linkname)
  let kept = records.filter(({ key }) => !(name && NAMES.includes(key)) && !(linkname && key === 'linkpath'))
  const added: PaxRecord[] = []
  if (name !== undefined) added.push(...renamed(block, name, records))
  if (linkname !== undefined) added.push(...named(block, FIELD.linkname, 'linkpath', linkname))
  if (change.meta !== undefined) {
    const { mode, uid, gid } = change.meta
    putNumber(block, FIELD.mode, mode)
    added.push(...owned(block, 'uid', uid, archive.hasGlobals), ...owned(block, 'gid', gid, archive.hasGlobals))
    const others = kept.filter(({ key }) => !ATTRIBUTE.test(key) && key !== 'uid' && key !== 'gid')
    kept = [...others, ...keptAttributes(kept, mode)]
  }
  seal(block)
  return concat([await paxHeader([...added, ...kept]), block])
}

const NAMES = ['path', 'GNU.sparse.name']
const ATTRIBUTE = /^(?:SCHILY\.(?:xattr|acl)|LIBARCHIVE\.xattr|RHT\.security)\./

function renamed(block: Uint8Array, name: Uint8Array, records: readonly PaxRecord[]): PaxRecord[] {
  if (parseHeader(block)?.dialect === 'ustar') putText(block, FIELD.prefix, '')
  const added = named(block, FIELD.name, 'path', name)
  // A sparse file has a name of its own, which outranks `path`.
  return hasKey(records, 'GNU.sparse.name') ? [paxRecord('GNU.sparse.name', name)] : added
}

/** Writes a name to its field, or as much as the field holds and a record with the whole. */
function named(block: Uint8Array, field: readonly [number, number], key: string, name: Uint8Array): PaxRecord[] {
  const text = Buffer.from(name).toString('latin1')
  putText(block, field, inField(text))
  return fitsField(text) ? [] : [paxRecord(key, name)]
}

/** A record outranks the field, and a global header; the entry's own old one is dropped. */
function owned(block: Uint8Array, key: 'uid' | 'gid', id: number, isStated: boolean): PaxRecord[] {
  putNumber(block, FIELD[key], Math.min(id, MAX_ID))
  return id > MAX_ID || isStated ? [paxRecord(key, String(id))] : []
}
