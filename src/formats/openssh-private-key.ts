import type { JsonWebKey } from 'node:crypto'
import { Fields, joinFields, uint32 } from './ssh-fields.ts'

/** OpenSSH's own file format of private keys (PROTOCOL.key of openssh), without a passphrase. */
const MAGIC = Buffer.from('openssh-key-v1\0', 'latin1')
const NONE = Buffer.from('none', 'latin1')
const ARMOUR = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END OPENSSH PRIVATE KEY-----\n?$/
/** Only shows a wrong passphrase, where there is one. */
const CHECK = uint32(0)
const BLOCK = 8

interface Kind {
  /** How many fields the private part has after the type. */
  readonly fields: number
  /** Those fields from a JSON Web Key (RFC 7517, RFC 8037). */
  private(jwk: JsonWebKey): Buffer[]
  /** The public part's fields from them. */
  public(fields: readonly Buffer[]): Buffer[]
}

const kinds: Readonly<Record<string, Kind>> = {
  'ssh-ed25519': {
    fields: 2,
    private: ({ x, d }) => [bytes(x), Buffer.concat([bytes(d), bytes(x)])],
    public: (fields) => fields.slice(0, 1),
  },
  'ssh-rsa': {
    fields: 6,
    private: ({ n, e, d, qi, p, q }) => [n, e, d, qi, p, q].map((number) => positive(bytes(number))),
    public: ([n, e]) => [e, n] as Buffer[],
  },
}

/**
 * The text of a private key file.
 *
 * @param type `ssh-ed25519` or `ssh-rsa`
 * @param key the private key, of that type
 */
export function openSshPrivateKey(type: string, key: JsonWebKey, comment: string): string {
  const kind = kinds[type]
  if (kind === undefined) throw new Error(`no such kind of key: ${type}`)
  const fields = kind.private(key)
  const secret = Buffer.concat([CHECK, CHECK, joinFields([Buffer.from(type), ...fields, Buffer.from(comment)])])
  const padding = paddingOf((BLOCK - (secret.length % BLOCK)) % BLOCK)
  const file = Buffer.concat([
    MAGIC,
    joinFields([NONE, NONE, Buffer.alloc(0)]),
    uint32(1),
    joinFields([publicBlob(type, kind, fields), Buffer.concat([secret, padding])]),
  ])
  const lines = file.toString('base64').match(/.{1,70}/g) as string[]
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

/**
 * The line of the `.pub` file that belongs to a private key file; undefined when the text is cut off, damaged, asks for a
 * passphrase, or is of another kind or format.
 */
export function publicLineOf(text: string): string | undefined {
  const file = Buffer.from(ARMOUR.exec(text)?.[1] ?? '', 'base64')
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  const outer = new Fields(file.subarray(MAGIC.length))
  const isOpen = [outer.next(), outer.next(), outer.next()].map(String).join() === 'none,none,'
  const [count, blob, secret] = [outer.number(), outer.next(), outer.next()]
  if (!isOpen || count !== 1 || blob === undefined || secret === undefined || !outer.ended) return undefined

  const inner = new Fields(secret)
  const [check, again] = [inner.number(), inner.number()]
  if (check !== again) return undefined
  const type = String(inner.next())
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind === undefined) return undefined
  const fields = Array.from({ length: kind.fields }, () => inner.next()).filter((field) => field !== undefined)
  const comment = inner.next()
  if (comment === undefined || !inner.rest.equals(paddingOf(inner.rest.length))) return undefined
  if (!publicBlob(type, kind, fields).equals(blob)) return undefined
  return `${type} ${blob.toString('base64')} ${comment}`
}

function publicBlob(type: string, kind: Kind, fields: readonly Buffer[]): Buffer {
  return joinFields([Buffer.from(type), ...kind.public(fields)])
}

/** 1, 2, 3 …, as the format wants it. */
function paddingOf(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i + 1) & 0xff))
}

function bytes(base64url: string | undefined): Buffer {
  if (base64url === undefined) throw new Error('the key lacks a part')
  return Buffer.from(base64url, 'base64url')
}

/** As a number that is not negative: a first bit of 1 would be its sign (RFC 4251 §5, mpint). */
function positive(number: Buffer): Buffer {
  return (number[0] as number) > 0x7f ? Buffer.concat([Buffer.alloc(1), number]) : number
}
