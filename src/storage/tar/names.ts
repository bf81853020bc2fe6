import { isUtf8 } from 'node:buffer'
import { latin1Text, utf8Text } from '../../base/host/bytes.ts'

/** Linux takes no longer path (PATH_MAX); a longer name in a tar is a trap. */
const MAX_NAME = 4096

/**
 * A name's bytes as text. A part that is not UTF-8 has its bytes beyond ASCII as lone surrogates (U+DC80 to U+DCFF), so
 * that two names are never taken for one.
 */
export function textOf(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return utf8Text(bytes)
  return latin1Text(bytes).split('/').map(partOf).join('/')
}

function partOf(part: string): string {
  const bytes = Buffer.from(part, 'latin1')
  if (isUtf8(bytes)) return bytes.toString('utf8')
  return part.replace(/[\x80-\xff]/g, (c) => String.fromCharCode(0xdc00 + c.charCodeAt(0)))
}

/** The bytes that {@link textOf} made the text of. */
export function bytesOf(text: string): Uint8Array {
  const pieces = text.split(/([\udc80-\udcff])/u)
  return Buffer.concat(pieces.map((p, i) => (i % 2 === 0 ? Buffer.from(p) : Buffer.from([p.charCodeAt(0) - 0xdc00]))))
}

/** With what the names of an archive begin. */
export type NameStyle = '' | './' | '/'

export function styleOf(name: string): NameStyle {
  if (name.startsWith('/')) return '/'
  return name.startsWith('./') ? './' : ''
}

/**
 * The path inside the tree that an entry's name means: `./etc/`, `etc`, `etc//.` and `/etc` are `/etc`. Slashes before it
 * mean nothing, as tar(1) takes them without `-P`.
 *
 * @returns undefined for a name that leads outside, or none: with a `..` part, a NUL, empty, too long
 */
export function pathOf(name: string): string | undefined {
  if (name === '' || name.length > MAX_NAME || name.includes('\0')) return undefined
  // As most names are: looked at in one go.
  const plain = name.slice(styleOf(name).length, name.endsWith('/') ? -1 : undefined)
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(plain)) return `/${plain}`
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  return parts.includes('..') ? undefined : `/${parts.join('/')}`
}

/** The directory that holds `path`; `/` for what lies at the top. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
