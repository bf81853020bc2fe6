import type { Bytes } from '../../base/bytes/bytes.ts'
import type { Sparse, TarEntry } from './entry.ts'
import { type Extensions, padded } from './extensions.ts'
import { BLOCK, type Header } from './header.ts'
import { pathOf, textOf } from './names.ts'
import { decimal, isTime, numberIn } from './numbers.ts'
import { hasKey, type PaxRecord, paxValue } from './pax.ts'

/** Linux's largest id but one; the largest means "none". */
const MAX_ID = 0xfffffffe
/** Twelve permission bits and, as old programs wrote it, the type of the file. */
const MAX_MODE = 0o177777

/** What the type flags are; contiguous files (`7`) are files. */
const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'other',
  '4': 'other',
  '5': 'directory',
  '6': 'other',
}
const OTHER: Readonly<Record<string, string>> = { '3': 'device', '4': 'device', '6': 'FIFO' }

/**
 * The member that a header and what stands before it describe, and its name as it is written there.
 *
 * @param globals records of global headers, which the member's own outrank
 * @param at where its extensions and its header are
 * @returns what is wrong with it, if anything is
 */
export function entryOf(
  bytes: Bytes,
  block: Uint8Array,
  header: Header,
  extensions: Extensions,
  globals: readonly PaxRecord[],
  at: { readonly start: number; readonly header: number },
): { readonly entry: TarEntry; readonly name: string } | string {
  const { records } = extensions
  const name = nameOf(header, extensions)
  if (name === undefined) return 'two names for one entry'
  const path = pathOf(name)
  if (path === undefined) return `the name ${JSON.stringify(name)} leads outside, or nowhere`
  const flagged = KINDS[header.type]
  if (flagged === undefined) return `${path} is of the unknown type ${JSON.stringify(header.type)}`
  // The old format knows directories by the slash at the end.
  const kind = flagged === 'file' && name.endsWith('/') ? 'directory' : flagged

  const number = (key: 'uid' | 'gid' | 'size', max: number) => {
    const record = hasKey(records, key) ? paxValue(records, key) : paxValue(globals, key)
    const value = record === undefined ? header[key] : decimal(record)
    return value !== undefined && value >= 0 && value <= max ? value : undefined
  }
  const uid = number('uid', MAX_ID)
  const gid = number('gid', MAX_ID)
  // That of a directory says how much it may hold, on systems that know such limits (POSIX pax): no body follows.
  const stored = header.type === '5' ? 0 : number('size', bytes.size)
  const { mode } = header
  if (uid === undefined || gid === undefined) return `${path} has an invalid owner`
  if (mode === undefined || mode < 0 || mode > MAX_MODE) return `${path} has an invalid mode`
  if (stored === undefined) return `${path} has an invalid size`
  if (!hasTime(header, records, globals)) return `${path} has an invalid time`
  // Programs disagree whether a body follows.
  if (kind !== 'file' && stored > 0) return `${path} has content, but is not a file`

  const target = targetOf(header, extensions, kind)
  if (target === undefined) return `${path} links to nothing, or outside`
  const sparse = sparseOf(header, records)
  if (sparse === 'unknown' || (sparse !== undefined && kind !== 'file')) return `${path} is sparse in an unknown way`
  const body = sparse === 'gnu' ? afterSparseHeaders(bytes, block, at.header) : at.header + BLOCK
  const size = sparse === undefined ? stored : realSize(block, records, sparse)
  if (size === undefined) return `${path} has an invalid size`
  const end = body + padded(stored)
  if (end > bytes.size) return `the end of ${path} is missing`
  const { start, header: headerAt } = at
  const permissions = mode & 0o7777
  // Written out: of a spread V8 makes an object that takes twice the memory, and there is one for every member.
  return {
    name,
    entry: {
      kind,
      path,
      mode: permissions,
      uid,
      gid,
      size,
      target,
      sparse,
      start,
      header: headerAt,
      body,
      stored,
      end,
    },
  }
}

/** GNU names a sparse file in a record of its own, and PAX by `path`. `undefined`: long name and PAX differ. */
function nameOf(header: Header, { records, longName }: Extensions): string | undefined {
  const inPax = paxValue(records, 'GNU.sparse.name') ?? paxValue(records, 'path')
  if (inPax !== undefined && longName !== undefined && Buffer.compare(inPax, longName) !== 0) return undefined
  return textOf(inPax ?? longName ?? header.name)
}

/** `undefined`: a link without an end, or a hard link that leads outside. */
function targetOf(header: Header, { records, longLink }: Extensions, kind: TarEntry['kind']): string | undefined {
  if (kind === 'other') return OTHER[header.type]
  if (kind !== 'link' && kind !== 'symlink') return ''
  const inPax = paxValue(records, 'linkpath')
  if (inPax !== undefined && longLink !== undefined && Buffer.compare(inPax, longLink) !== 0) return undefined
  const text = textOf(inPax ?? longLink ?? header.linkname)
  if (kind === 'link') return pathOf(text)
  return text === '' || text.includes('\0') ? undefined : text
}

function hasTime(header: Header, records: readonly PaxRecord[], globals: readonly PaxRecord[]): boolean {
  const record = hasKey(records, 'mtime') ? paxValue(records, 'mtime') : paxValue(globals, 'mtime')
  return record === undefined ? header.mtime !== undefined : isTime(record)
}

function sparseOf(header: Header, records: readonly PaxRecord[]): Sparse | 'unknown' | undefined {
  if (header.type === 'S') return header.dialect === 'gnu' ? 'gnu' : 'unknown'
  if (!records.some(({ key }) => key.startsWith('GNU.sparse.'))) return undefined
  const number = (key: string) => decimal(paxValue(records, `GNU.sparse.${key}`) ?? new Uint8Array())
  if (hasKey(records, 'GNU.sparse.major')) return number('major') === 1 && number('minor') === 0 ? 'pax-1.0' : 'unknown'
  if (hasKey(records, 'GNU.sparse.map')) return 'pax-0.1'
  return number('numblocks') === undefined ? 'unknown' : 'pax-0.0'
}

function realSize(block: Uint8Array, records: readonly PaxRecord[], sparse: Sparse): number | undefined {
  const record = paxValue(records, 'GNU.sparse.realsize') ?? paxValue(records, 'GNU.sparse.size')
  const size = sparse === 'gnu' ? numberIn(block, 483, 12) : record && decimal(record)
  return size !== undefined && size >= 0 ? size : undefined
}

/** GNU's sparse map goes on in blocks after the header while a flag says so. */
function afterSparseHeaders(bytes: Bytes, block: Uint8Array, header: number): number {
  let at = header + BLOCK
  for (let more = block[482]; more !== 0 && at + BLOCK <= bytes.size; at += BLOCK) more = bytes.read(at, BLOCK)[504]
  return at
}
