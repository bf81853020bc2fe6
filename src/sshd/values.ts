import { isIP } from 'node:net'
import type { Release } from '../inspect/inventory.ts'
import { type AlgorithmKind, unknownAlgorithms } from './algorithms.ts'
import { canonical } from './keywords.ts'

/** Says what is wrong with the arguments of a keyword; undefined: sshd would start with them. */
type Check = (args: readonly string[], release: Release) => string | undefined

const oneOf =
  (...words: string[]): Check =>
  ([first = '', ...rest]) =>
    rest.length === 0 && words.includes(first.toLowerCase()) ? undefined : `must be ${words.join(', ')}`
const shaped =
  (pattern: RegExp, meaning: string): Check =>
  ([first = '', ...rest]) =>
    rest.length === 0 && pattern.test(first) ? undefined : `must be ${meaning}`
const algorithms =
  (kind: AlgorithmKind): Check =>
  ([list = '', ...rest], release) => {
    if (rest.length > 0) return 'must be one list, joined by commas without spaces'
    const unknown = unknownAlgorithms(release, kind, list)
    return unknown.length === 0 ? undefined : `names what the sshd of ${release} does not know: ${unknown.join(', ')}`
  }

const flag = oneOf('yes', 'no')
const number = shaped(/^\d{1,9}$/, 'a number')
const time = shaped(/^(\d{1,9}[smhdwSMHDW]?)+$/, 'a time such as 30, 2m or 1h')
const one: Check = (args) => (args.length === 1 ? undefined : 'takes one argument')
const facilities = ['daemon', 'user', 'auth', 'authpriv', ...Array.from({ length: 8 }, (_, i) => `local${i}`)]

const checks: readonly (readonly [string, Check])[] = [
  [
    `AllowAgentForwarding DebianBanner DisableForwarding ExposeAuthInfo GSSAPIAuthentication GSSAPICleanupCredentials
    GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey GSSAPIStrictAcceptorCheck HostbasedAuthentication
    HostbasedUsesNameFromPacketOnly IgnoreUserKnownHosts KbdInteractiveAuthentication PasswordAuthentication
    PermitEmptyPasswords PermitTTY PermitUserRC PrintLastLog PrintMotd PubkeyAuthentication RefuseConnection StrictModes
    StreamLocalBindUnlink TCPKeepAlive UseDNS UsePAM X11Forwarding X11UseLocalhost`,
    flag,
  ],
  ['AddressFamily', oneOf('any', 'inet', 'inet6')],
  ['AllowTcpForwarding AllowStreamLocalForwarding', oneOf('yes', 'no', 'all', 'local', 'remote')],
  ['Compression', oneOf('yes', 'no', 'delayed')],
  ['FingerprintHash', oneOf('md5', 'sha256')],
  ['GatewayPorts', oneOf('yes', 'no', 'clientspecified')],
  ['IgnoreRhosts', oneOf('yes', 'no', 'shosts-only')],
  ['PermitRootLogin', oneOf('yes', 'no', 'prohibit-password', 'without-password', 'forced-commands-only')],
  ['PermitTunnel', shaped(/^(yes|no|point-to-point|ethernet)$/, 'yes, no, point-to-point, ethernet, in lower case')],
  ['LogLevel', oneOf('quiet', 'fatal', 'error', 'info', 'verbose', 'debug', 'debug1', 'debug2', 'debug3')],
  ['SyslogFacility', oneOf(...facilities)],
  ['ClientAliveCountMax MaxAuthTries MaxSessions RequiredRSASize X11DisplayOffset', number],
  ['ClientAliveInterval LoginGraceTime', time],
  ['UnusedConnectionTimeout', shaped(/^(none|(\d{1,9}[smhdwSMHDW]?)+)$/, 'a time or none')],
  ['MaxStartups', shaped(/^[1-9]\d{0,5}(:([1-9]\d?|100):[1-9]\d{0,5})?$/, 'a number, or start:percent:full')],
  ['PerSourceMaxStartups', shaped(/^(none|\d{1,6})$/, 'a number or none')],
  ['StreamLocalBindMask', shaped(/^0[0-7]{3}$/, 'four octal digits')],
  [
    'ListenAddress',
    (args) => (args.length === 1 && isIP(args[0] as string) !== 0 ? undefined : 'must be one address, without port'),
  ],
  ['Ciphers', algorithms('cipher')],
  ['MACs', algorithms('mac')],
  ['KexAlgorithms', algorithms('kex')],
  ['HostKeyAlgorithms PubkeyAcceptedAlgorithms HostbasedAcceptedAlgorithms', algorithms('key')],
  ['CASignatureAlgorithms', algorithms('signature')],
  [
    'GSSAPIKexAlgorithms',
    (args, release) => (/^[+^-]/.test(args[0] ?? '') ? 'must be a list' : algorithms('gssapi')(args, release)),
  ],
  ['AuthorizedKeysCommand AuthorizedPrincipalsCommand', shaped(/^(none|\/.*)$/s, 'an absolute path or none')],
  ['Banner ChrootDirectory ModuliFile PidFile RevokedKeys TrustedUserCAKeys AuthorizedPrincipalsFile', one],
  ['AuthorizedKeysCommandUser AuthorizedPrincipalsCommandUser HostKeyAgent PAMServiceName XAuthLocation', one],
]
const table = new Map(
  checks.flatMap(([names, check]) => names.split(/\s+/).map((name) => [name.toLowerCase(), check] as const)),
)

/**
 * What keeps the sshd of a release from starting with this keyword and these arguments; undefined: nothing that can be
 * told without it. Keywords with a language of their own (PermitOpen, IPQoS, Subsystem …) are not judged.
 */
export function valueRefusal(release: Release, keyword: string, args: readonly string[]): string | undefined {
  if (args.length === 0 || args.includes('')) return 'an argument is missing'
  return table.get(canonical(keyword))?.(args, release)
}

/** The keywords whose values {@link valueRefusal} judges, in lower case. */
export const judgedKeywords: readonly string[] = [...table.keys()]
