import { base64, fromBase64, latin1Text } from '../../base/host/bytes.ts'
import { sha256 } from '../../base/host/hash.ts'
import { Fields } from './ssh-fields.ts'

/** A public key as OpenSSH writes it in one line (sshd(8), AUTHORIZED_KEYS FILE FORMAT), without options. */
export interface PublicKey {
  readonly type: string
  /** base64, as it stood. */
  readonly blob: string
  /** Without control and invisible characters. */
  readonly comment: string
  readonly bits: number
  /** `SHA256:…` as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
}

/** Why a text is not a usable public key. The text itself is never repeated: it may be a private key. */
export interface KeyComplaint {
  readonly reason: 'not-a-key' | 'private' | 'format' | 'lines' | 'weak' | 'certificate' | 'options'
  readonly message: string
  readonly hint: string
}

const NOTHING = new Uint8Array()

const NEW_KEY = 'make a new one: ssh-keygen -t ed25519'

/** Kinds of key in which sshd of Debian 12 and 13 accepts logins: how to read their length in bits from the blob. */
const kinds: Readonly<Record<string, (fields: Fields) => number | undefined>> = {
  'ssh-ed25519': (fields) => (fields.next()?.length === 32 ? 256 : undefined),
  'ssh-rsa': (fields) => {
    const exponent = fields.next()
    const modulus = fields.next()
    return exponent === undefined || modulus === undefined ? undefined : bitLength(modulus)
  },
  'ecdsa-sha2-nistp256': (fields) => curve(fields, 'nistp256', 256),
  'ecdsa-sha2-nistp384': (fields) => curve(fields, 'nistp384', 384),
  'ecdsa-sha2-nistp521': (fields) => curve(fields, 'nistp521', 521),
  'sk-ssh-ed25519@openssh.com': (fields) =>
    fields.next()?.length === 32 && fields.next() !== undefined ? 256 : undefined,
  'sk-ecdsa-sha2-nistp256@openssh.com': (fields) => {
    const bits = curve(fields, 'nistp256', 256)
    return bits !== undefined && fields.next() !== undefined ? bits : undefined
  },
}

/** The shortest RSA key that is taken unless the spec says otherwise; sshd is configured with the same number (RequiredRSASize). */
export const MIN_RSA_BITS = 3072

/** The shortest one that can be asked for: as hard to break as a cipher of 112 bits (NIST SP 800-57). */
export const LEAST_RSA_BITS = 2048

/** Reads one line of a `.pub` file. The base64 blob is decoded and must be a whole key of the kind the line names. */
export function parsePublicKey(line: string): PublicKey | KeyComplaint {
  const text = line.trim()
  const [type = '', blob = '', ...words] = text.split(/[ \t]+/)
  if (/-cert-v0[01]@openssh\.com$/.test(type)) {
    return complaint(
      'certificate',
      'is a certificate, not a key',
      'name the plain key from the .pub file, not from -cert.pub',
    )
  }
  if (type === 'ssh-dss') return complaint('weak', 'is a DSA key, which sshd no longer accepts', NEW_KEY)
  const read = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (read === undefined) {
    return Object.keys(kinds).some((kind) => text.includes(`${kind} `))
      ? complaint(
          'options',
          'has options before the key',
          'write the key under `key:` and use `from`, `expires`, `restrict`, `command`',
        )
      : complaint('not-a-key', 'is not an OpenSSH public key', 'one line as in a .pub file: ssh-ed25519 AAAA… comment')
  }
  const bytes = fromBase64(blob)
  if (bytes.length === 0 || unpadded(bytes) !== blob.replace(/=+$/, '')) {
    return complaint('not-a-key', 'has a damaged middle part (no base64)', 'copy the whole line of the .pub file')
  }
  const fields = new Fields(bytes)
  if (latin1Text(fields.next() ?? NOTHING) !== type) {
    return complaint(
      'not-a-key',
      `says ${type} but holds another kind of key, or only a part of one`,
      'copy the whole line of the .pub file',
    )
  }
  const bits = read(fields)
  if (bits === undefined || !fields.ended) {
    return complaint(
      'not-a-key',
      'is not a complete public key (truncated, or extra text)',
      'copy the whole line of the .pub file',
    )
  }
  if (type === 'ssh-rsa' && bits < LEAST_RSA_BITS) {
    return complaint('weak', `is an RSA key of ${bits} bits; at least ${LEAST_RSA_BITS} are needed`, NEW_KEY)
  }
  return { type, blob, comment: cleaned(words.join(' ')), bits, fingerprint: `SHA256:${unpadded(sha256(bytes))}` }
}

function complaint(reason: KeyComplaint['reason'], message: string, hint: string): KeyComplaint {
  return { reason, message, hint }
}

function curve(fields: Fields, name: string, bits: number): number | undefined {
  const named = latin1Text(fields.next() ?? NOTHING)
  const point = fields.next()
  // 4: an uncompressed point, the only form OpenSSH takes (RFC 5656 §3.1).
  return named === name && point?.[0] === 4 && point.length === 1 + 2 * Math.ceil(bits / 8) ? bits : undefined
}

function unpadded(bytes: Uint8Array): string {
  return base64(bytes).replace(/=+$/, '')
}

function bitLength(number: Uint8Array): number {
  const start = number.findIndex((byte) => byte !== 0)
  return start === -1 ? 0 : (number.length - start) * 8 - Math.clz32(number[start] as number) + 24
}

function cleaned(comment: string): string {
  return comment.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '').trim()
}
