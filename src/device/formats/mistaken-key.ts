import { fromBase64, latin1Text } from '../../base/host/bytes.ts'
import { type KeyComplaint, type PublicKey, parsePublicKey } from './public-key.ts'
import { Fields } from './ssh-fields.ts'

/**
 * Reads what stands in a spec, or in a file that it names, for a public key: the key, or what stands there in its place
 * and how to put it right. A hint repeats nothing but a whole public key, as the line to write, or the name of a file.
 */
export function readPublicKey(text: string): PublicKey | KeyComplaint {
  const key = parsePublicKey(text)
  if (!('reason' in key) && !isBlock(text)) return key
  return mistakes.map((recognise) => recognise(text)).find((found) => found !== undefined) ?? key
}

/** Is it one of the formats of private keys? Anything of it may be secret. */
export function isPrivateKey(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY|\bPuTTY-User-Key-File-\d|PRIVATE KEY BLOCK/.test(text)
}

/** A public key as RFC 4716 (which PuTTYgen saves) or PEM writes it. */
export function isForeignKey(text: string): boolean {
  return /---- BEGIN SSH2|-----BEGIN (?:RSA )?PUBLIC KEY/.test(text)
}

export const PRIVATE_KEY: KeyComplaint = {
  reason: 'private',
  message: 'is a PRIVATE key',
  hint: 'take it out at once, and use it no more if anybody else could read it; what is meant is the file that ends in .pub (ssh-keygen -y -f FILE prints it)',
}

const mistakes: readonly ((text: string) => KeyComplaint | undefined)[] = [
  (text) => (isPrivateKey(text) ? PRIVATE_KEY : undefined),
  foreign,
  inBlock,
  inPieces,
  inQuotes,
  fileName,
  fingerprint,
  address,
]

function isBlock(text: string): boolean {
  return /[\r\n]/.test(text)
}

/** The key for a spec, when `line` is one. */
function lineOf(line: string): string | undefined {
  const key = parsePublicKey(line)
  return 'reason' in key ? undefined : [key.type, key.blob, key.comment].filter((word) => word !== '').join(' ')
}

function foreign(text: string): KeyComplaint | undefined {
  if (!isForeignKey(text)) return undefined
  const line = fromRfc4716(text)
  const message = 'is a public key in another format (PuTTY, SSH2 or PEM)'
  const format = /BEGIN RSA PUBLIC KEY/.test(text) ? '-m PEM ' : /BEGIN PUBLIC KEY/.test(text) ? '-m PKCS8 ' : ''
  const hint =
    line === undefined
      ? `save it as a file, convert it and take what is printed: ssh-keygen -i ${format}-f FILE`
      : `the same key as one line, to write in its place: ${line}`
  return { reason: 'format', message, hint }
}

/** RFC 4716 §3: headers, which `\` continues on the next line, then the key in base64. */
function fromRfc4716(text: string): string | undefined {
  const body = /---- BEGIN SSH2 PUBLIC KEY ----\s+([\s\S]*?)\s*---- END SSH2 PUBLIC KEY ----/.exec(text)?.[1]
  if (body === undefined) return undefined
  const lines = body.replace(/\\\r?\n/g, '').split(/\r\n|\n|\r/)
  const isHeader = (line: string) => /^\s*[A-Za-z0-9-]+:/.test(line)
  const blob = lines
    .filter((line) => !isHeader(line))
    .join('')
    .replace(/\s/g, '')
  const comment = lines.find((line) => /^\s*comment:/i.test(line))?.replace(/^[^:]*:\s*"?|"?\s*$/g, '') ?? ''
  const type = new Fields(fromBase64(blob)).next()
  return type === undefined ? undefined : lineOf(`${latin1Text(type)} ${blob} ${comment}`)
}

function inBlock(text: string): KeyComplaint | undefined {
  if (!isBlock(text)) return undefined
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const only = lines.length === 1 ? lineOf(text) : undefined
  if (only !== undefined) {
    const hint = `write the key on the line of its dash or key, without | or >: ${only}`
    return { reason: 'lines', message: 'ends with a line break, which | and > bring along', hint }
  }
  if (lines.length > 1 && lines.every((line) => lineOf(line) !== undefined)) {
    const hint = 'an entry for each, "- ssh-…" on a line of its own; or a file of them: { file: NAME.pub }'
    return { reason: 'lines', message: `holds ${lines.length} keys`, hint }
  }
  const hint = 'a key is one line, as in a .pub file: ssh-ed25519 AAAA… comment'
  return inPieces(text) ?? { reason: 'lines', message: 'goes over several lines', hint }
}

/** A key that a terminal or an editor has broken into lines, which YAML may have made spaces. */
function inPieces(text: string): KeyComplaint | undefined {
  const [type = '', ...words] = text.trim().split(/\s+/)
  const joins = words.slice(0, MOST_PIECES).map((_, i) => [type, words.slice(0, i + 1).join(''), ...words.slice(i + 1)])
  const line = joins
    .slice(1)
    .map((parts) => lineOf(parts.join(' ')))
    .find((found) => found !== undefined)
  if (line === undefined) return undefined
  return { reason: 'lines', message: 'is a key broken into pieces', hint: `write it as one line: ${line}` }
}

/** An RSA key of 16384 bits in lines of 60 characters. */
const MOST_PIECES = 50

function inQuotes(text: string): KeyComplaint | undefined {
  const line = lineOf(text.replace(/["'`“”‘’«»]/g, ''))
  if (line === undefined || line === text.trim()) return undefined
  return { reason: 'not-a-key', message: 'has quotes inside the value', hint: `write it without them: ${line}` }
}

/** Neither base64 nor a passphrase that somebody would write here starts with `~/` or ends with `.pub`. */
function fileName(text: string): KeyComplaint | undefined {
  const name = text.trim()
  if (!/^(?:~\/[\w.@+/-]{1,200}|[\w.@+/-]{1,200}\.pub)$/.test(name)) return undefined
  const file = name.endsWith('.pub') ? name : `${name}.pub`
  const message = 'is the name of a file, not a key'
  if (!file.startsWith('~')) return { reason: 'not-a-key', message, hint: `write: { file: ${file} }` }
  const own = file.split('/').at(-1)
  return { reason: 'not-a-key', message, hint: `cp ${file} . beside the spec, and write: { file: ${own} }` }
}

function fingerprint(text: string): KeyComplaint | undefined {
  if (!/^\s*(?:\d+ )?(?:SHA256:[\w+/=]{20,}|MD5:[0-9a-f:]{20,})/.test(text)) return undefined
  const hint = 'the key itself is needed: the line in the .pub file, or what ssh-add -L prints'
  return { reason: 'not-a-key', message: 'is the fingerprint of a key', hint }
}

function address(text: string): KeyComplaint | undefined {
  if (!/^\s*(?:https?:\/\/|(?:gh|lp|github):)/.test(text)) return undefined
  const hint =
    'fetch it into a file beside the spec, look at it, and name that: curl -fo keys.pub ADDRESS (https://github.com/NAME.keys for one), then { file: keys.pub }'
  return { reason: 'not-a-key', message: 'is an address, and pibake fetches no keys', hint }
}
