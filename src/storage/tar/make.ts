import { concat } from '../../base/host/bytes.ts'
import { BLOCK, FIELD, MAX_ID, putNumber, putText, seal } from './header.ts'
import { type PaxRecord, paxBody, paxRecord } from './pax.ts'

/** Of a time that every program reads; beyond, and beyond a field, a PAX record outranks the field. */
const MAX_TIME = 0x7fffffff
const MAX_NAME = 100

export const ROOT = { uid: 0, gid: 0 }

/** An entry that is to be written. */
export interface NewEntry {
  /** As it stands in the archive; that of a directory ends with a slash. */
  readonly name: string
  readonly type: 'file' | 'directory' | 'symlink'
  readonly mode: number
  readonly owner: { readonly uid: number; readonly gid: number }
  /** What a symbolic link says. */
  readonly target?: string
  readonly content?: Uint8Array
}

/** POSIX pax, "ustar Interchange Format". */
const FLAG = { file: '0', symlink: '2', directory: '5' } as const

/**
 * The bytes of an entry: header, content, what fills the last block. ustar where its fields suffice, else with PAX
 * records.
 *
 * @param options.epoch its time, in seconds since 1970
 * @param options.records further PAX records, such as extended attributes
 * @param options.explicit owner and time are told in records too, which outrank a global header's
 */
export function entryBytes(
  entry: NewEntry,
  options: { readonly epoch: number; readonly records?: readonly PaxRecord[]; readonly explicit?: boolean },
): Uint8Array {
  const { uid, gid } = entry.owner
  const records: PaxRecord[] = []
  const state = (key: string, value: string, isNeeded: boolean) => {
    if (isNeeded || (options.explicit === true && ['uid', 'gid', 'mtime'].includes(key))) {
      records.push(paxRecord(key, value))
    }
  }
  state('path', entry.name, !fitsField(entry.name))
  state('linkpath', entry.target ?? '', !fitsField(entry.target ?? ''))
  state('uid', String(uid), uid > MAX_ID)
  state('gid', String(gid), gid > MAX_ID)
  state('mtime', String(options.epoch), options.epoch > MAX_TIME)
  records.push(...(options.records ?? []))
  return concat([paxHeader(records), packed(entry, FLAG[entry.type], options.epoch)])
}

/** The extended header with the records, or nothing when there are none. Its own time and owner mean nothing. */
export function paxHeader(records: readonly PaxRecord[]): Uint8Array {
  if (records.length === 0) return new Uint8Array()
  const content = paxBody(records)
  return packed({ name: 'PaxHeader', mode: 0o644, owner: ROOT, content }, 'x', 0)
}

/** Whether a field of the header holds the name: bytes beyond ASCII are for PAX, which says that they are UTF-8. */
export function fitsField(name: string): boolean {
  return name.length <= MAX_NAME && !/[^\0-\x7f]/.test(name)
}

/** What stands in the field of a name that a record tells: for programs that know no records, near enough. */
export function inField(name: string): string {
  return fitsField(name) ? name : name.replace(/[^\0-\x7f]/g, '_').slice(0, MAX_NAME)
}

/** An entry in ustar: what a field does not hold, a record before it tells. */
function packed(entry: Omit<NewEntry, 'type'>, flag: string, epoch: number): Uint8Array {
  const content = entry.content ?? new Uint8Array()
  const block = new Uint8Array(BLOCK)
  putText(block, FIELD.name, inField(entry.name))
  putNumber(block, FIELD.mode, entry.mode)
  putNumber(block, FIELD.uid, Math.min(entry.owner.uid, MAX_ID))
  putNumber(block, FIELD.gid, Math.min(entry.owner.gid, MAX_ID))
  putNumber(block, FIELD.size, content.length)
  putNumber(block, FIELD.mtime, Math.min(epoch, MAX_TIME))
  putText(block, FIELD.type, flag)
  putText(block, FIELD.linkname, inField(entry.target ?? ''))
  putText(block, FIELD.magic, 'ustar\x0000')
  putNumber(block, FIELD.devmajor, 0)
  putNumber(block, FIELD.devminor, 0)
  seal(block)
  return concat([block, content, new Uint8Array(-content.length & (BLOCK - 1))])
}
