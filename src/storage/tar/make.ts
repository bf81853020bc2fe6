import type { Header } from 'tar-stream'
import { concat } from '../../base/host/bytes.ts'
import { BLOCK, FIELD, putText, seal } from './header.ts'
import { type PaxRecord, paxBody, paxRecord } from './pax.ts'

/** tar-stream takes mode 0 for "no mode given" and writes 0644; with the file type's bit, which it masks, 0 stays 0. */
const S_IFREG = 0o100000
/** What tar-stream gets into ustar's fields; beyond, a PAX record outranks the field. */
const MAX_ID = 0o777777
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

/**
 * The bytes of an entry: header, content, what fills the last block. ustar where its fields suffice, else with PAX
 * records; these are written here, for tar-stream knows them as text only.
 *
 * @param options.epoch its time, in seconds since 1970
 * @param options.records further PAX records, such as extended attributes
 * @param options.explicit owner and time are told in records too, which outrank a global header's
 */
export async function entryBytes(
  entry: NewEntry,
  options: { readonly epoch: number; readonly records?: readonly PaxRecord[]; readonly explicit?: boolean },
): Promise<Uint8Array> {
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
  const header = {
    name: inField(entry.name),
    type: entry.type,
    mode: entry.mode | S_IFREG,
    uid: Math.min(uid, MAX_ID),
    gid: Math.min(gid, MAX_ID),
    mtime: new Date(Math.min(options.epoch, MAX_TIME) * 1000),
    ...(entry.target === undefined ? {} : { linkname: inField(entry.target) }),
  }
  return concat([await paxHeader(records), await packed(header, entry.content)])
}

/** The extended header with the records, or nothing when there are none. Its own time and owner mean nothing. */
export async function paxHeader(records: readonly PaxRecord[]): Promise<Uint8Array> {
  if (records.length === 0) return new Uint8Array()
  const header = { name: 'PaxHeader', type: 'file', mode: 0o644, mtime: new Date(0) } as const
  const bytes = await packed(header, paxBody(records))
  const block = bytes.subarray(0, BLOCK)
  putText(block, FIELD.type, 'x')
  seal(block)
  return bytes
}

/** Whether a field of the header holds the name: bytes beyond ASCII are for PAX, which says that they are UTF-8. */
export function fitsField(name: string): boolean {
  return name.length <= MAX_NAME && !/[^\0-\x7f]/.test(name)
}

/** What stands in the field of a name that a record tells: for programs that know no records, near enough. */
export function inField(name: string): string {
  return fitsField(name) ? name : name.replace(/[^\0-\x7f]/g, '_').slice(0, MAX_NAME)
}

async function packed(
  header: Partial<Header> & Pick<Header, 'name'>,
  content: Uint8Array | undefined,
): Promise<Uint8Array> {
  // 13 packages that no other command needs.
  // A bundler gives what CommonJS exports as its default alone.
  const { pack: newPack } = (await import('tar-stream')).default
  const pack = newPack()
  // Typed for what Node.js has; any array of bytes will do (b4a).
  if (content === undefined) pack.entry(header)
  else pack.entry(header, content as never)
  pack.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of pack) chunks.push(chunk as Uint8Array)
  return concat(chunks).subarray(0, -2 * BLOCK)
}
