import type { Bytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import type { Carried } from './carried.ts'
import type { TarEntry } from './entry.ts'
import { entryOf } from './entry-of.ts'
import { type Extensions, extended, extensionBody, isExtension, NO_EXTENSIONS, padded } from './extensions.ts'
import { BLOCK, parseHeader } from './header.ts'
import { type NameStyle, styleOf } from './names.ts'
import { type PaxRecord, parsePax } from './pax.ts'

export interface Scan {
  readonly entries: readonly TarEntry[]
  /** Offset of the end marker: everything before it are members, and global headers between them. */
  readonly end: number
  /** PAX records that hold for every entry, unless its own say otherwise. */
  readonly globals: readonly PaxRecord[]
  /** Of the first name. */
  readonly style: NameStyle
}

/** What is known of an archive before it is scanned, for it was made of another one. */
interface PriorScan extends Pick<Scan, 'globals' | 'style'> {
  /** By their offsets: whole members, and global headers between them. */
  readonly parts: ReadonlyMap<number, { readonly entries: readonly TarEntry[]; readonly length: number }>
}

/** What a scan of one archive tells of another one that has parts of it. */
export function knownOf({ entries, globals, style }: Scan, carried: readonly Carried[]): PriorScan {
  let next = 0
  const parts = carried.map(({ start, end, at }) => {
    const inside: TarEntry[] = []
    for (let entry = entries[next]; entry !== undefined && entry.end <= end; entry = entries[++next]) {
      if (entry.start >= start) inside.push(moved(entry, at - start))
    }
    return [at, { entries: inside, length: end - start }] as const
  })
  return { globals, style, parts: new Map(parts) }
}

function moved(entry: TarEntry, by: number): TarEntry {
  const { start, header, body, end } = entry
  return { ...entry, start: start + by, header: header + by, body: body + by, end: end + by }
}

/** More than any file system holds that fits on a card; an endless list is a trap. */
const MAX_ENTRIES = 4_000_000

/** What a global header may say; anything else is of one member only, or unknown. */
const GLOBAL_KEYS = ['comment', 'atime', 'ctime', 'mtime', 'uid', 'gid']

/**
 * Finds the members of a raw tar: the old format, ustar, GNU's and PAX. Only headers are read. The end is the first
 * block of zeros, as tar(1) has it; what lies behind is not part of the archive.
 *
 * @param options.known parts that are not looked at
 * @param options.allowUnterminated take one that ends behind a member, without a block of zeros
 * @throws TargetError, with the offset, for what is not a tar, is cut off or damaged, or leads outside the tree
 */
export function scan(
  bytes: Bytes,
  label: string,
  options: { readonly known?: PriorScan | undefined; readonly allowUnterminated?: boolean | undefined } = {},
): Scan {
  const { known, allowUnterminated = false } = options
  const entries: TarEntry[] = []
  let globals = known?.globals ?? []
  let style = known?.style
  let pending = NO_EXTENSIONS
  let start = 0
  let at = 0
  const refuse = (why: string): never => {
    throw new TargetError(`${label}: damaged tar: ${why} (at byte ${at})`)
  }
  const must = <T extends object>(value: T | string): T => (typeof value === 'string' ? refuse(value) : value)
  const go = (next: number, extensions: Extensions) => {
    if (next > bytes.size) refuse('the end is missing')
    pending = extensions
    at = next
    if (extensions === NO_EXTENSIONS) start = next
  }
  for (;;) {
    const part = known?.parts.get(at)
    if (part !== undefined && part.length > 0) {
      for (const entry of part.entries) entries.push(entry)
      go(at + part.length, NO_EXTENSIONS)
      continue
    }
    if (at === bytes.size && at > 0 && pending === NO_EXTENSIONS) {
      if (allowUnterminated) break
      throw unterminated(label, entries.at(-1)?.path)
    }
    if (at + BLOCK > bytes.size) refuse(at === 0 ? 'it is not a tar archive' : 'the end is missing')
    const block = bytes.read(at, BLOCK)
    if (isZero(block)) break
    const header = parseHeader(block) ?? refuse(at === 0 ? 'it is not a tar archive' : 'a wrong checksum')
    if (isExtension(header.type)) {
      go(at + BLOCK + padded(header.size ?? 0), must(extended(pending, header, bytes, at + BLOCK)))
    } else if (header.type === 'g') {
      if (pending !== NO_EXTENSIONS) refuse('a global header between an entry and its extensions')
      const records = must(globalRecords(must(extensionBody(header, bytes, at + BLOCK))))
      // Entries that move must not come under other ones.
      if (entries.length > 0 && records.length > 0) refuse('a global header after the first entry')
      globals = [...globals, ...records]
      go(at + BLOCK + padded(header.size ?? 0), NO_EXTENSIONS)
    } else if (header.type === 'V') {
      // The name of the volume, GNU's: no member.
      go(at + BLOCK, NO_EXTENSIONS)
    } else {
      const { entry, name } = must(entryOf(bytes, block, header, pending, globals, { start, header: at }))
      if (entries.push(entry) > MAX_ENTRIES) refuse(`more than ${MAX_ENTRIES} entries`)
      style ??= styleOf(name)
      go(entry.end, NO_EXTENSIONS)
    }
  }
  if (pending !== NO_EXTENSIONS) refuse('an extension header without its entry')
  const next = at + BLOCK
  if (next + BLOCK <= bytes.size && !isZero(bytes.read(next, BLOCK))) refuse('half an end marker')
  return { entries, end: at, globals, style: style ?? '' }
}

function unterminated(label: string, last = 'its head'): TargetError {
  return new TargetError(`${label}: cut off, or written without an end marker: nothing follows ${last}`, {
    hint: 'fetch or pack it again; if nothing is missing in it, give --allow-unterminated',
  })
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}

function globalRecords(body: Uint8Array): PaxRecord[] | string {
  const records = parsePax(body)
  if (records === undefined) return 'a PAX header that cannot be read'
  const strange = records.find(({ key }) => !GLOBAL_KEYS.includes(key))
  if (strange === undefined) return records.filter(({ key }) => key !== 'comment')
  return `a global header that gives every entry its ${JSON.stringify(strange.key)}`
}
