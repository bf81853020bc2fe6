import * as encode from './authorized-keys-words.ts'

/** One entry of an authorized_keys file as sshd reads it. */
export interface AuthorizedKeyEntry {
  /** Line in the file, from 1. */
  readonly line: number
  /** In the file's order, names in lower case; an option without a value has `undefined`. */
  readonly options: readonly { readonly name: string; readonly value: string | undefined }[]
  readonly type: string
  readonly blob: string
  readonly comment: string
}

/**
 * The content of an authorized_keys file: line `i` is key `i`, nothing else is in it.
 *
 * @throws EncodeError when a part of a key cannot stand in the file
 */
export function authorizedKeysFile(keys: readonly AuthorizedKey[]): string {
  return keys.map((key) => `${authorizedKeyLine(key)}\n`).join('')
}

/**
 * One line, without its newline; the options always stand in the same order.
 *
 * @internal exported for the tests
 */
export function authorizedKeyLine(key: AuthorizedKey): string {
  const options = [
    key.restrict ? 'restrict' : undefined,
    key.from.length > 0 ? `from=${encode.quoted(key.from.map(encode.fromPattern).join(','))}` : undefined,
    // The key is refused from the start of that day in UTC (sshd(8), expiry-time).
    key.expires === undefined ? undefined : `expiry-time="${encode.keyWord(key.expires.replaceAll('-', ''))}Z"`,
    key.noTouchRequired ? 'no-touch-required' : undefined,
    key.verifyRequired ? 'verify-required' : undefined,
    // `restrict` takes forwarding away as a whole (sshd(8)).
    key.permitOpen !== undefined && key.restrict ? 'port-forwarding' : undefined,
    ...(key.permitOpen ?? []).map((target) => `permitopen=${encode.quoted(target)}`),
    key.command === undefined ? undefined : `command=${encode.quoted(key.command)}`,
  ].filter((option) => option !== undefined)
  const words = [
    options.join(','),
    encode.keyWord(key.type),
    encode.keyWord(key.blob),
    encode.comment(key.comment.trim()),
  ]
  return words.filter((word) => word !== '').join(' ')
}

const KEY = /^((?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+)[ \t]+([A-Za-z0-9+/=]+)(?:[ \t]+(.*))?$/

/** Reads a file the way sshd does: comments and what is not a key are passed over (auth2-pubkeyfile.c). */
export function parseAuthorizedKeys(text: string): readonly AuthorizedKeyEntry[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.replace(/\r$/, '').replace(/^[ \t]+/, '')
    if (line === '' || line.startsWith('#')) return []
    const plain = KEY.exec(line)
    const end = plain === null ? optionsEnd(line) : 0
    const key = plain ?? KEY.exec(line.slice(end).replace(/^[ \t]+/, ''))
    const options = plain === null ? parseOptions(line.slice(0, end)) : []
    if (key === null || options === undefined) return []
    const [, type = '', blob = '', comment = ''] = key
    return [{ line: index + 1, options, type, blob, comment: comment.trim() }]
  })
}

/** Where the options end: at the first blank outside quotes. */
function optionsEnd(line: string): number {
  let inQuotes = false
  let i = 0
  for (; i < line.length && (inQuotes || !/[ \t]/.test(line[i] as string)); i += 1) {
    if (line[i] === '\\' && line[i + 1] === '"') i += 1
    else if (line[i] === '"') inQuotes = !inQuotes
  }
  return i
}

/** `undefined`: not a list of options; sshd then refuses the key. */
function parseOptions(text: string): AuthorizedKeyEntry['options'] | undefined {
  const options: { name: string; value: string | undefined }[] = []
  let rest = text
  while (rest !== '') {
    const match = /^([A-Za-z0-9-]+)(?:="((?:\\"|[^"])*)")?(?:,|$)/.exec(rest)
    if (match === null) return undefined
    const [whole, name = '', value] = match
    options.push({ name: name.toLowerCase(), value: value?.replaceAll('\\"', '"') })
    rest = rest.slice(whole.length)
  }
  return options
}

/** One parsed line of authorized_keys; `blob` is the base64 text of the key. */
export interface AuthorizedKey {
  readonly type: string
  readonly blob: string
  readonly comment: string
  readonly bits: number
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string
  readonly from: readonly string[]
  /** `YYYY-MM-DD`, in UTC. */
  readonly expires: string | undefined
  readonly restrict: boolean
  readonly command: string | undefined
  /** `HOST:PORT`: the only destinations for forwarded ports. */
  readonly permitOpen?: readonly string[] | undefined
  /** Of security keys alone. */
  readonly noTouchRequired?: boolean | undefined
  readonly verifyRequired?: boolean | undefined
  /** Where it was fetched; undefined: it is in the spec or beside it. */
  readonly source?: string | undefined
}
