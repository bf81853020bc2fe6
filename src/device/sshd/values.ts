import { isIP } from '../../base/host/addresses.ts'
import type { Release } from '../inspect/inventory.ts'
import { canonical, takesRest } from './keywords.ts'
import {
  algorithms,
  aloneOr,
  type Check,
  each,
  isAddressList,
  isEndpoint,
  isInt,
  isTime,
  oneOf,
  shaped,
  single,
} from './line-checks.ts'
import { portOf } from './ports.ts'

const flag = oneOf('yes', 'no')
const number = single(isInt, 'a number')
const time = single(isTime, 'a time such as 30, 2m or 1h')
const one: Check = (args) => (args.length === 1 ? undefined : 'takes one argument')
const any: Check = () => undefined
const words = (text: string): readonly string[] => text.split(/\s+/)
const facilities = ['daemon', 'user', 'auth', 'authpriv', ...Array.from({ length: 8 }, (_, i) => `local${i}`)]

/** Methods that this build has (auth2-methods.c); what follows a `:` is asked for at a login. */
const methods = words('none publickey password keyboard-interactive gssapi-with-mic gssapi-keyex hostbased')
const qualities =
  words(`af11 af12 af13 af21 af22 af23 af31 af32 af33 af41 af42 af43 cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 ef le
  lowdelay throughput reliability none`)

/** Bookworm's sshd takes `0x10` and `010` too (misc.c, parse_ipqos). */
function isQuality(arg: string, release: Release): boolean {
  if (qualities.includes(arg.toLowerCase())) return true
  const number = /^\d{1,9}$/.test(arg) || (release === 'bookworm' && /^0x[0-9a-f]{1,8}$/i.test(arg)) ? Number(arg) : 256
  return number < 256
}

const isTimed = (key: RegExp, sign: string) => (arg: string) => {
  const at = arg.indexOf(sign)
  return at > 0 && key.test(arg.slice(0, at)) && isTime(arg.slice(at + 1))
}
const isPenalty = (arg: string) =>
  isTimed(/^(crash|authfail|noauth|grace-exceeded|refuseconnection|max|min)$/, ':')(arg) ||
  /^overflow6?:(deny-all|permissive)$/.test(arg) ||
  (/^max-sources[46]:/.test(arg) && isInt(arg.slice(13)))

/** `1G`, `1.5m`, `k`: nothing, or at least 16 bytes (openbsd-compat/fmt_scaled.c, scan_scaled). */
function isAmount(text: string): boolean {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?([bkmgtpe]?)$/i.exec(text)
  if (text === '' || parts === null) return false
  const [, sign, whole, fraction = '', unit = ''] = parts
  const bytes = Math.trunc(Number(`${whole}.${fraction}0`) * 1024 ** 'bkmgtpe'.indexOf(unit.toLowerCase() || 'b'))
  return bytes === 0 || (sign !== '-' && bytes >= 16 && bytes < 2 ** 63)
}

/** An absolute path or `none`, all of the line. */
const command: Check = (_, __, rest) =>
  rest.startsWith('/') || rest.toLowerCase() === 'none' ? undefined : 'must be an absolute path or none, and no more'

const endpoints = (needsHost: boolean): Check =>
  aloneOr(['any', 'none'], each(isEndpoint(needsHost), `any, none, or ${needsHost ? 'host:port' : '[host:]port'}`))

const checks: readonly (readonly [string, Check])[] = [
  [
    `AllowAgentForwarding DebianBanner DisableForwarding ExposeAuthInfo GSSAPIAuthentication GSSAPICleanupCredentials
    GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey GSSAPIStrictAcceptorCheck HostbasedAuthentication
    HostbasedUsesNameFromPacketOnly IgnoreUserKnownHosts KbdInteractiveAuthentication KerberosAuthentication
    KerberosOrLocalPasswd KerberosTicketCleanup PasswordAuthentication PermitEmptyPasswords PermitTTY
    PermitUserRC PrintLastLog PrintMotd PubkeyAuthentication RefuseConnection StrictModes
    StreamLocalBindUnlink TCPKeepAlive UseDNS UsePAM X11Forwarding X11UseLocalhost`,
    flag,
  ],
  ['AddressFamily', oneOf('any', 'inet', 'inet6')],
  ['AllowTcpForwarding AllowStreamLocalForwarding', oneOf('yes', 'no', 'all', 'local', 'remote')],
  ['Compression', oneOf('yes', 'no', 'delayed')],
  ['FingerprintHash', oneOf('md5', 'sha1', 'sha256', 'sha384', 'sha512')],
  ['GatewayPorts', oneOf('yes', 'no', 'clientspecified')],
  ['IgnoreRhosts', oneOf('yes', 'no', 'shosts-only')],
  ['PermitRootLogin', oneOf('yes', 'no', 'prohibit-password', 'without-password', 'forced-commands-only')],
  ['PermitTunnel', shaped(/^(yes|no|point-to-point|ethernet)$/, 'yes, no, point-to-point, ethernet, in lower case')],
  ['LogLevel', oneOf(...words('silent quiet fatal error info verbose debug debug1 debug2 debug3'))],
  ['SyslogFacility', oneOf(...facilities)],
  ['ClientAliveCountMax MaxAuthTries MaxSessions RequiredRSASize X11DisplayOffset', number],
  ['ClientAliveInterval LoginGraceTime', time],
  ['UnusedConnectionTimeout', single((arg) => arg.toLowerCase() === 'none' || isTime(arg), 'a time or none')],
  [
    'MaxStartups',
    single((arg) => {
      const [, start = '', percent, full] = /^\s*\+?(\d+)(?::\+?(\d+):\+?(\d+)|(?!\d|:\d))/.exec(arg) ?? []
      const [from, to] = [Number(start), Number(full ?? start)]
      return from > 0 && from <= to && (percent === undefined || (Number(percent) >= 1 && Number(percent) <= 100))
    }, 'a number, or start:percent:full with a start that is not above full'),
  ],
  ['PerSourceMaxStartups', single((arg) => arg === 'none' || isInt(arg), 'a number or none')],
  ['StreamLocalBindMask', shaped(/^0*[0-7]{1,3}(?![0-7])/, 'octal digits')],
  ['Port', single((arg) => (portOf(arg) ?? 0) > 0, 'a port')],
  [
    'ListenAddress',
    ([address = '', rdomain]) => {
      if (rdomain !== undefined) return 'names a routing domain, which the device has not got'
      const [, port = '22'] = /^(?:\[[^\]]*\]|[^[:/]*)(?::([^:]*))?$/.exec(address) ?? []
      return isIP(address) === 6 ||
        (isEndpoint(true)(`${address.replace(/:[^:\]]*$/, '')}:1`) && (portOf(port) ?? 0) > 0)
        ? undefined
        : 'must be an address, or address:port'
    },
  ],
  ['Ciphers', algorithms('cipher')],
  ['MACs', algorithms('mac')],
  ['KexAlgorithms', algorithms('kex')],
  ['HostKeyAlgorithms PubkeyAcceptedAlgorithms HostbasedAcceptedAlgorithms', algorithms('key')],
  [
    'CASignatureAlgorithms',
    (args, release, rest) => algorithms(release === 'bookworm' ? 'key' : 'signature')(args, release, rest),
  ],
  ['GSSAPIKexAlgorithms', algorithms('gssapi')],
  ['AuthorizedKeysCommand AuthorizedPrincipalsCommand', command],
  [
    `AuthorizedKeysCommandUser AuthorizedPrincipalsCommandUser AuthorizedPrincipalsFile Banner ChrootDirectory
    HostCertificate HostKey HostKeyAgent ModuliFile PAMServiceName PermitUserEnvironment PidFile RevokedKeys
    SecurityKeyProvider SshdAuthPath SshdSessionPath TrustedUserCAKeys XAuthLocation`,
    one,
  ],
  ['AuthorizedKeysFile AllowGroups DenyGroups Include', each((arg) => arg !== '', 'names')],
  ['ForceCommand Subsystem VersionAddendum', any],
  [
    'AllowUsers DenyUsers',
    each((arg) => arg !== '' && (!arg.includes('@') || isAddressList(arg.slice(arg.lastIndexOf('@') + 1))), 'patterns'),
  ],
  ['AcceptEnv', each((arg) => arg !== '' && !arg.includes('='), 'names or patterns of variables')],
  ['SetEnv', each((arg) => arg.includes('='), 'NAME=value')],
  [
    'AuthenticationMethods',
    aloneOr(
      ['any'],
      each(
        (arg) => arg.split(',').every((name) => methods.includes(name.replace(/:.*/, ''))),
        `any, or lists of ${methods.join(', ')}`,
      ),
    ),
  ],
  ['ChannelTimeout', aloneOr(['none'], each(isTimed(/./, '='), 'none, or type=time'))],
  [
    'IPQoS',
    (args, release) =>
      args.length <= 2 && args.every((arg) => isQuality(arg, release))
        ? undefined
        : 'must be one or two classes of service',
  ],
  [
    'LogVerbose',
    aloneOr(
      ['none'],
      each((arg) => arg !== '', 'none, or file:function:line'),
    ),
  ],
  ['PermitListen', endpoints(false)],
  ['PermitOpen', endpoints(true)],
  [
    'PubkeyAuthOptions',
    each((arg) => /^(none|(touch|verify)-required)$/i.test(arg), 'none, or touch-required and verify-required'),
  ],
  ['RDomain', () => 'cannot be set on Linux'],
  [
    'RekeyLimit',
    ([bytes = '', after = 'none', ...more]) =>
      (bytes === 'default' || isAmount(bytes)) && (after === 'none' || isTime(after)) && more.length === 0
        ? undefined
        : 'must be default or an amount such as 1G, and then a time or none',
  ],
  [
    'PerSourceNetBlockSize',
    single((arg) => {
      const [, four, six = 0] = /^\s*\+?(\d+)(?::\+?(\d+))?/.exec(arg) ?? []
      return four !== undefined && Number(four) <= 32 && Number(six) <= 128
    }, 'prefix lengths such as 32:64'),
  ],
  [
    'PerSourcePenalties',
    (args) => {
      const early = args.slice(0, -1).some((arg) => /^(yes|no)$/i.test(arg))
      const fine = args.every((arg, i) => (i === args.length - 1 && /^(yes|no)$/i.test(arg)) || isPenalty(arg))
      return early || !fine ? 'must be yes, no, or offence:time' : undefined
    },
  ],
  ['PerSourcePenaltyExemptList', single(isAddressList, 'addresses and networks, joined by commas')],
]
const table = new Map(
  checks.flatMap(([names, check]) => words(names).map((name) => [name.toLowerCase(), check] as const)),
)

/** Keywords that may be followed by a comment alone; bookworm's sshd looks at fewer (servconf.c). */
const mayBeBare: Readonly<Record<Release, ReadonlySet<string>>> = {
  bookworm: new Set(
    words(`acceptenv allowgroups allowusers authorizedkeysfile channeltimeout denygroups denyusers logverbose
    pubkeyauthoptions setenv`),
  ),
  trixie: new Set(['pubkeyauthoptions']),
}

/**
 * What keeps the sshd of a release from starting with this keyword and these arguments; undefined: nothing (servconf.c,
 * process_server_config_line_depth).
 *
 * @param rest all that follows the keyword, as written
 */
export function valueRefusal(
  release: Release,
  keyword: string,
  args: readonly string[],
  rest: string,
): string | undefined {
  const name = canonical(keyword)
  if (args.length === 0 && !takesRest.has(name))
    return mayBeBare[release].has(name) ? undefined : 'an argument is missing'
  return table.get(name)?.(args, release, rest)
}
