import type { Release } from '../inspect/inventory.ts'
import { matchPattern } from './patterns.ts'

/** What a list of algorithms may name. */
export type AlgorithmKind = 'cipher' | 'mac' | 'kex' | 'key' | 'signature' | 'gssapi'

const nistp = ['256', '384', '521'].map((size) => `ecdsa-sha2-nistp${size}`)
const certificate = (type: string) => `${type.replace('@openssh.com', '')}-cert-v01@openssh.com`
const rsaSha2 = ['rsa-sha2-512', 'rsa-sha2-256']
const securityKeys = ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com']

/** Key types a client may use unless told otherwise: the same in both releases (`sshd -T`). */
const defaultKeys = ['ssh-ed25519', ...nistp, ...securityKeys, ...rsaSha2].flatMap((type) => [certificate(type), type])
const oldKeys = ['ssh-rsa', certificate('ssh-rsa'), 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com']

// `ssh -Q` of OpenSSH 9.2p1 and 10.0p1; test/system/sshd-keywords.test.ts asks again.
const both: Readonly<Record<AlgorithmKind, readonly string[]>> = {
  cipher: [
    ...['3des', 'aes128', 'aes192', 'aes256'].map((name) => `${name}-cbc`),
    ...['aes128', 'aes192', 'aes256'].map((name) => `${name}-ctr`),
    ...['aes128-gcm', 'aes256-gcm', 'chacha20-poly1305'].map((name) => `${name}@openssh.com`),
  ],
  mac: [
    ...['hmac-sha1', 'hmac-sha1-96', 'hmac-sha2-256', 'hmac-sha2-512', 'hmac-md5', 'hmac-md5-96'].flatMap((name) => [
      name,
      `${name}-etm@openssh.com`,
    ]),
    ...['umac-64', 'umac-128'].flatMap((name) => [`${name}@openssh.com`, `${name}-etm@openssh.com`]),
  ],
  kex: [
    ...['1-sha1', '14-sha1', '14-sha256', '16-sha512', '18-sha512'].map((name) => `diffie-hellman-group${name}`),
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group-exchange-sha256',
    ...['256', '384', '521'].map((size) => `ecdh-sha2-nistp${size}`),
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'sntrup761x25519-sha512@openssh.com',
    'sntrup761x25519-sha512',
  ],
  key: [...defaultKeys, ...oldKeys],
  signature: ['ssh-ed25519', ...nistp, ...securityKeys, ...rsaSha2, 'ssh-rsa', oldKeys[2] as string],
  gssapi: ['gex-sha1', 'group1-sha1', 'group14-sha1', 'group14-sha256', 'group16-sha512', 'nistp256-sha256']
    .concat('curve25519-sha256')
    .map((name) => `gss-${name}-`),
}
const own: Readonly<Record<Release, Partial<Record<AlgorithmKind, readonly string[]>>>> = {
  bookworm: { key: ['ssh-dss', certificate('ssh-dss')], signature: ['ssh-dss'] },
  trixie: { kex: ['mlkem768x25519-sha256'] },
}

/** The names that the sshd of a release knows. */
export function algorithmsOf(release: Release, kind: AlgorithmKind): readonly string[] {
  return [...both[kind], ...(own[release][kind] ?? [])]
}

/**
 * The names of a list (`a,b`, `+a`, `^a`) that this sshd does not know: it would not start. After `-` any name is fine,
 * and sshd looks no further than an empty one. Key types may be patterns (sshkey.c, sshkey_names_valid2).
 */
export function unknownAlgorithms(release: Release, kind: AlgorithmKind, list: string): readonly string[] {
  if (kind !== 'gssapi' && list.startsWith('-')) return []
  const names = (kind === 'gssapi' ? list : list.replace(/^[+^]/, '')).split(',')
  if (names.length === 1 && names[0] === '') return ['']
  const end = names.indexOf('')
  const known = algorithmsOf(release, kind)
  const isGssapi = (name: string) => both.gssapi.some((mechanism) => name.startsWith(mechanism))
  // Debian's sshd takes those of GSSAPI among the key exchanges, and leaves them out of what it then has: something has to be left.
  if (kind === 'kex' && !/^[+^]/.test(list) && names.every(isGssapi)) return names
  const isKnown = (name: string) => {
    if (kind === 'gssapi') return isGssapi(name)
    if (kind === 'kex' && isGssapi(name)) return true
    if (kind !== 'key' && kind !== 'signature') return known.includes(name)
    // Of a pattern it is enough that it or its negation says something about one type, of signatures too.
    const types = kind === 'key' || /[*?!]/.test(name) ? algorithmsOf(release, 'key') : known
    return SHORT_NAMES.has(name.toLowerCase()) || types.some((type) => matchPattern(type, name.replace(/^!/, '')))
  }
  return (end < 0 ? names : names.slice(0, end)).filter((name) => !isKnown(name))
}

/** Those that sshd has unless told otherwise (`sshd -T`; test/system/sshd-keywords.test.ts asks again). */
const notDefault: Readonly<Record<'cipher' | 'mac' | 'kex', Readonly<Record<Release, RegExp>>>> = {
  cipher: { bookworm: /-cbc$/, trixie: /-cbc$/ },
  mac: { bookworm: /^hmac-md5|-96(-etm|$)/, trixie: /^hmac-md5|-96(-etm|$)/ },
  kex: { bookworm: /-sha1$/, trixie: /^diffie-hellman-/ },
}

/** A list that sshd adds to its own, or takes from it. */
export type ListedKind = keyof typeof notDefault | 'key'

/**
 * What an sshd has when a keyword is given a list: `a,b` alone, `+a` and `^a` beside its own, `-a` its own without
 * (sshd_config(5), Ciphers); undefined: its own. Names that it does not know are not in it.
 */
export function algorithmsIn(release: Release, kind: ListedKind, list: string | undefined): readonly string[] {
  const known = algorithmsOf(release, kind)
  const isDefault = (name: string) =>
    kind === 'key' ? defaultKeys.includes(name) : !notDefault[kind][release].test(name)
  const patterns = (list ?? '').replace(/^[-+^]/, '').split(',')
  const isNamed = (name: string) => patterns.some((pattern) => matchPattern(name, pattern))
  if (list === undefined) return known.filter(isDefault)
  if (list.startsWith('-')) return known.filter((name) => isDefault(name) && !isNamed(name))
  const isAdded = /^[+^]/.test(list)
  return known.filter((name) => isNamed(name) || (isAdded && isDefault(name)))
}

/** By which `ssh-keygen -t` knows the types (sshkey.c, sshkey_type_from_name). */
const SHORT_NAMES: ReadonlySet<string> = new Set(['rsa', 'ecdsa', 'ed25519', 'ecdsa-sk', 'ed25519-sk'])

/** What clients no longer offer unless told to, and host keys that not every device has (`ssh -G`). */
const unusual: Readonly<Record<'cipher' | 'aead' | 'mac' | 'kex' | 'key', RegExp>> = {
  cipher: /-cbc$/,
  // With the others goes a MAC (PROTOCOL of openssh, 1.6).
  aead: /^(?!.*@openssh.com$)/,
  mac: /^hmac-md5|-96(-etm|$)/,
  kex: /-sha1$/,
  key: /^(?!(ssh-ed25519|rsa-sha2-(256|512))$)/,
}

/** Whether a list of algorithms leaves none on which a client of today and this sshd would agree. */
export function leavesNone(release: Release, kind: keyof typeof unusual, list: string): boolean {
  if (/^[+^]/.test(list)) return false
  const patterns = list.replace(/^-/, '').split(',')
  const named = (name: string) => patterns.some((pattern) => matchPattern(name, pattern))
  const usual = algorithmsOf(release, kind === 'aead' ? 'cipher' : kind).filter((name) => !unusual[kind].test(name))
  // OpenSSH 10 has these no longer among its defaults, from which is subtracted.
  const isDefault = (name: string) => !name.startsWith('diffie-hellman-')
  return list.startsWith('-') ? usual.every((name) => named(name) || !isDefault(name)) : !usual.some(named)
}
