import { base64, concat, equals, fromBase64, latin1, utf8, utf8Text } from '../../base/host/bytes.ts'
import { Fields, joinFields, uint32 } from './ssh-fields.ts'

/** OpenSSH's own file format of private keys (PROTOCOL.key of openssh), without a passphrase. */
const MAGIC = latin1('openssh-key-v1\0')
const NONE = latin1('none')
const NOTHING = new Uint8Array()
const ARMOUR = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END OPENSSH PRIVATE KEY-----\n?$/
/** Only shows a wrong passphrase, where there is one. */
const CHECK = uint32(0)
const BLOCK = 8

/** The parts of a private key that one of the {@link kinds} has, each in base64url (RFC 7518 6.3.2, RFC 8037). */
export interface PrivateJwk {
  readonly x?: string
  readonly d?: string
  readonly n?: string
  readonly e?: string
  readonly p?: string
  readonly q?: string
  readonly qi?: string
}

interface Kind {
  /** How many fields the private part has after the type. */
  readonly fields: number
  /** Those fields from a JSON Web Key. */
  private(jwk: PrivateJwk): Uint8Array[]
  /** The public part's fields from them. */
  public(fields: readonly Uint8Array[]): Uint8Array[]
}

const kinds: Readonly<Record<string, Kind>> = {
  'ssh-ed25519': {
    fields: 2,
    private: ({ x, d }) => [bytes(x), concat([bytes(d), bytes(x)])],
    public: (fields) => fields.slice(0, 1),
  },
  'ssh-rsa': {
    fields: 6,
    private: ({ n, e, d, qi, p, q }) => [n, e, d, qi, p, q].map((number) => positive(bytes(number))),
    public: ([n, e]) => [e, n] as Uint8Array[],
  },
}

/**
 * The text of a private key file.
 *
 * @param type `ssh-ed25519` or `ssh-rsa`
 * @param key the private key, of that type
 */
export function openSshPrivateKey(type: string, key: PrivateJwk, comment: string): string {
  const kind = kinds[type]
  if (kind === undefined) throw new Error(`no such kind of key: ${type}`)
  const fields = kind.private(key)
  const secret = concat([CHECK, CHECK, joinFields([utf8(type), ...fields, utf8(comment)])])
  const padding = paddingOf((BLOCK - (secret.length % BLOCK)) % BLOCK)
  const file = concat([
    MAGIC,
    joinFields([NONE, NONE, NOTHING]),
    uint32(1),
    joinFields([publicBlob(type, kind, fields), concat([secret, padding])]),
  ])
  const lines = base64(file).match(/.{1,70}/g) as string[]
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

/**
 * The line of the `.pub` file that belongs to a private key file; undefined when the text is cut off, damaged, asks for a
 * passphrase, or is of another kind or format.
 */
export function publicLineOf(text: string): string | undefined {
  const file = fromBase64(ARMOUR.exec(text)?.[1] ?? '')
  if (!equals(file.subarray(0, MAGIC.length), MAGIC)) return undefined
  const outer = new Fields(file.subarray(MAGIC.length))
  const isOpen = [NONE, NONE, NOTHING].every((expected) => {
    const field = outer.next()
    return field !== undefined && equals(field, expected)
  })
  const [count, blob, secret] = [outer.number(), outer.next(), outer.next()]
  if (!isOpen || count !== 1 || blob === undefined || secret === undefined || !outer.ended) return undefined

  const inner = new Fields(secret)
  const [check, again] = [inner.number(), inner.number()]
  if (check !== again) return undefined
  const type = utf8Text(inner.next() ?? NOTHING)
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind === undefined) return undefined
  const fields = Array.from({ length: kind.fields }, () => inner.next()).filter((field) => field !== undefined)
  const comment = inner.next()
  if (comment === undefined || !equals(inner.rest, paddingOf(inner.rest.length))) return undefined
  if (!equals(publicBlob(type, kind, fields), blob)) return undefined
  return `${type} ${base64(blob)} ${utf8Text(comment)}`
}

function publicBlob(type: string, kind: Kind, fields: readonly Uint8Array[]): Uint8Array {
  return joinFields([utf8(type), ...kind.public(fields)])
}

/** 1, 2, 3 …, as the format wants it. */
function paddingOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i + 1)
}

function bytes(base64url: string | undefined): Uint8Array {
  if (base64url === undefined) throw new Error('the key lacks a part')
  return fromBase64(base64url)
}

/** As a number that is not negative: a first bit of 1 would be its sign (RFC 4251 §5, mpint). */
function positive(number: Uint8Array): Uint8Array {
  return (number[0] as number) > 0x7f ? concat([new Uint8Array(1), number]) : number
}
