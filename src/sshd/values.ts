import { isIP } from 'node:net'
import type { Release } from '../inspect/inventory.ts'
import {
  algorithms,
  aloneOr,
  type Check,
  each,
  isEndpoint,
  isNetwork,
  isTime,
  oneOf,
  shaped,
  single,
} from './checks.ts'
import { canonical } from './keywords.ts'

const flag = oneOf('yes', 'no')
const number = shaped(/^\d{1,9}$/, 'a number')
const time = single(isTime, 'a time such as 30, 2m or 1h')
const one: Check = (args) => (args.length === 1 ? undefined : 'takes one argument')
const any: Check = () => undefined
const words = (text: string): readonly string[] => text.split(/\s+/)
const facilities = ['daemon', 'user', 'auth', 'authpriv', ...Array.from({ length: 8 }, (_, i) => `local${i}`)]

/** Methods that this build has; the device that keyboard-interactive may name is PAM alone (auth2.c, auth2-chall.c). */
const methods = words('publickey password keyboard-interactive keyboard-interactive:pam gssapi-with-mic hostbased')
const qualities =
  words(`af11 af12 af13 af21 af22 af23 af31 af32 af33 af41 af42 af43 cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 ef le
  lowdelay throughput reliability none`)
const isQuality = (arg: string) => qualities.includes(arg.toLowerCase()) || (/^\d{1,3}$/.test(arg) && Number(arg) < 256)
const isTimed = (key: RegExp, sign: string) => (arg: string) => {
  const at = arg.indexOf(sign)
  return key.test(arg.slice(0, at)) && at > 0 && isTime(arg.slice(at + 1))
}

const checks: readonly (readonly [string, Check])[] = [
  [
    `AllowAgentForwarding DebianBanner DisableForwarding ExposeAuthInfo GSSAPIAuthentication GSSAPICleanupCredentials
    GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey GSSAPIStrictAcceptorCheck HostbasedAuthentication
    HostbasedUsesNameFromPacketOnly IgnoreUserKnownHosts KbdInteractiveAuthentication KerberosAuthentication
    KerberosOrLocalPasswd KerberosTicketCleanup PasswordAuthentication PermitEmptyPasswords PermitTTY
    PermitUserEnvironment PermitUserRC PrintLastLog PrintMotd PubkeyAuthentication RefuseConnection StrictModes
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
  ['UnusedConnectionTimeout', single((arg) => arg === 'none' || isTime(arg), 'a time or none')],
  [
    'MaxStartups',
    single((arg) => {
      const [, start, full = start] = /^([1-9]\d{0,5})(?::(?:[1-9]\d?|100):([1-9]\d{0,5}))?$/.exec(arg) ?? []
      return start !== undefined && Number(start) <= Number(full)
    }, 'a number, or start:percent:full with a start that is not above full'),
  ],
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
  ['Banner ChrootDirectory ModuliFile RevokedKeys TrustedUserCAKeys AuthorizedPrincipalsFile', one],
  ['AuthorizedKeysCommandUser AuthorizedPrincipalsCommandUser XAuthLocation', one],
  // sshd overwrites it as root.
  ['PidFile', shaped(/^(none|\/run\/[\w.-]+)$/, 'a file in /run, or none')],
  ['AllowGroups AuthorizedKeysFile DenyGroups ForceCommand', any],
  ['AcceptEnv', each((arg) => /^[\w*?]+$/.test(arg), 'names or patterns of variables')],
  ['SetEnv', each((arg) => /^[A-Za-z_]\w*=/.test(arg), 'NAME=value')],
  [
    'AuthenticationMethods',
    aloneOr(
      ['any'],
      each((arg) => arg.split(',').every((name) => methods.includes(name)), `any, or lists of ${methods.join(', ')}`),
    ),
  ],
  ['ChannelTimeout', aloneOr(['none'], each(isTimed(/^[\w*?@.:-]+$/, '='), 'none, or type=time'))],
  [
    'IPQoS',
    (args) => (args.length <= 2 && args.every(isQuality) ? undefined : 'must be one or two classes of service'),
  ],
  [
    'LogVerbose',
    aloneOr(
      ['none'],
      each((arg) => /^[\w.*?:(),!-]+$/.test(arg), 'none, or file:function:line'),
    ),
  ],
  ['PermitListen', aloneOr(['any', 'none'], each(isEndpoint(false), 'any, none, or [host:]port'))],
  ['PermitOpen', aloneOr(['any', 'none'], each(isEndpoint(true), 'any, none, or host:port'))],
  [
    'PubkeyAuthOptions',
    aloneOr(
      ['none'],
      each((arg) => /^(touch|verify)-required$/.test(arg), 'none, or touch-required and verify-required'),
    ),
  ],
  [
    'RekeyLimit',
    ([bytes = '', after = 'none', ...rest]) =>
      /^(default|\d{1,6}[KMG])$/.test(bytes) && (after === 'none' || isTime(after)) && rest.length === 0
        ? undefined
        : 'must be default or an amount such as 1G, and then a time or none',
  ],
  [
    'PerSourceNetBlockSize',
    single((arg) => {
      const [, four, six = 0] = /^(\d{1,2})(?::(\d{1,3}))?$/.exec(arg) ?? []
      return four !== undefined && Number(four) <= 32 && Number(six) <= 128
    }, 'prefix lengths such as 32:64'),
  ],
  [
    'PerSourcePenalties',
    aloneOr(
      ['yes', 'no'],
      each(
        isTimed(/^(crash|authfail|noauth|refuseconnection|grace-exceeded|max|min)$/, ':'),
        'yes, no, or offence:time',
      ),
    ),
  ],
  [
    'PerSourcePenaltyExemptList',
    single((arg) => arg === 'none' || arg.split(',').every(isNetwork), 'addresses and networks, joined by commas'),
  ],
  // A client gives up on a first line that is too long (RFC 4253, 4.2: 255 characters).
  [
    'VersionAddendum',
    (args) => (/^[ -~]{1,100}$/.test(args.join(' ')) ? undefined : 'must be up to 100 plain characters'),
  ],
]
const table = new Map(
  checks.flatMap(([names, check]) => words(names).map((name) => [name.toLowerCase(), check] as const)),
)

/**
 * What keeps the sshd of a release from starting with this keyword and these arguments; undefined: nothing. Where the
 * language of a keyword is wider than anybody needs, the check is stricter than sshd.
 *
 * @param keyword one for which {@link isJudged} holds
 */
export function valueRefusal(release: Release, keyword: string, args: readonly string[]): string | undefined {
  if (args.length === 0 || args.includes('')) return 'an argument is missing'
  return table.get(canonical(keyword))?.(args, release)
}

/** Whether the values of a keyword can be judged at all without sshd and the device. */
export function isJudged(keyword: string): boolean {
  return table.has(canonical(keyword))
}

/** The keywords whose values {@link valueRefusal} judges, in lower case. */
export const judgedKeywords: readonly string[] = [...table.keys()]
