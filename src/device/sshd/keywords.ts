import type { Release } from '../inspect/inventory.ts'

/** What one sshd makes of a keyword. `match`: also allowed below `Match`; `ignored`: read, warned about, without effect. */
export type Scope = 'global' | 'match' | 'ignored'

// Asked of the programs themselves, keyword by keyword, outside and inside a `Match` (`sshd -t -f`): OpenSSH 9.2p1 of
// Debian 12 and 10.0p1 of Debian 13. test/system/sshd-keywords.test.ts asks them again.
const both = {
  match: `AcceptEnv AllowAgentForwarding AllowGroups AllowStreamLocalForwarding AllowTcpForwarding AllowUsers
    AuthenticationMethods AuthorizedKeysCommand AuthorizedKeysCommandUser AuthorizedKeysFile AuthorizedPrincipalsCommand
    AuthorizedPrincipalsCommandUser AuthorizedPrincipalsFile Banner CASignatureAlgorithms ChannelTimeout ChrootDirectory
    ClientAliveCountMax ClientAliveInterval DenyGroups DenyUsers DisableForwarding ExposeAuthInfo ForceCommand
    GatewayPorts GSSAPIAuthentication HostbasedAcceptedAlgorithms HostbasedAuthentication
    HostbasedUsesNameFromPacketOnly IgnoreRhosts Include IPQoS KbdInteractiveAuthentication KerberosAuthentication
    LogLevel LogVerbose Match MaxAuthTries MaxSessions PasswordAuthentication PermitEmptyPasswords PermitListen
    PermitOpen PermitRootLogin PermitTTY PermitTunnel PermitUserRC PubkeyAcceptedAlgorithms PubkeyAuthentication
    PubkeyAuthOptions RDomain RekeyLimit RequiredRSASize RevokedKeys SetEnv StreamLocalBindMask StreamLocalBindUnlink
    TrustedUserCAKeys UnusedConnectionTimeout X11DisplayOffset X11Forwarding X11UseLocalhost`,
  global: `AddressFamily Ciphers Compression DebianBanner FingerprintHash GSSAPICleanupCredentials GSSAPIKexAlgorithms
    GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey GSSAPIStrictAcceptorCheck HostCertificate HostKey HostKeyAgent
    HostKeyAlgorithms IgnoreUserKnownHosts KerberosOrLocalPasswd KerberosTicketCleanup KexAlgorithms ListenAddress
    LoginGraceTime MACs MaxStartups ModuliFile PermitUserEnvironment PerSourceMaxStartups PerSourceNetBlockSize PidFile
    Port PrintLastLog PrintMotd SecurityKeyProvider StrictModes SyslogFacility TCPKeepAlive UseDNS UsePAM
    VersionAddendum XAuthLocation`,
  ignored: `AFSTokenPassing AuthorizedKeysFile2 CheckMail GSSAPIUseSessionCredCache GSSUseSessionCCache
    KerberosGetAFSToken KerberosTGTPassing KeyRegenerationInterval PAMAuthenticationViaKbdInt PermitBlacklistedKeys
    Protocol ReverseMappingCheck RhostsAuthentication RhostsRSAAuthentication RSAAuthentication ServerKeyBits UseLogin
    UsePrivilegeSeparation VerifyReverseMapping`,
}
const own: Readonly<Record<Release, Partial<Record<Scope, string>>>> = {
  bookworm: { global: 'Subsystem' },
  trixie: {
    match: 'PAMServiceName RefuseConnection Subsystem',
    global: 'PerSourcePenalties PerSourcePenaltyExemptList SshdAuthPath SshdSessionPath',
  },
}

/** Second names that sshd reads as the first (servconf.c), in lower case. */
const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  hostdsakey: 'hostkey',
  hostbasedacceptedkeytypes: 'hostbasedacceptedalgorithms',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  gssapicleanupcreds: 'gssapicleanupcredentials',
  keepalive: 'tcpkeepalive',
}

const scopes: Readonly<Record<Release, ReadonlyMap<string, Scope>>> = {
  bookworm: tableOf('bookworm'),
  trixie: tableOf('trixie'),
}

function tableOf(release: Release): Map<string, Scope> {
  return new Map(
    [both, own[release]].flatMap((lists) =>
      (Object.entries(lists) as [Scope, string][]).flatMap(([scope, names]) =>
        names.split(/\s+/).map((name) => [name.toLowerCase(), scope] as const),
      ),
    ),
  )
}

/** The keyword as the tables hold it: lower case, second names replaced. */
export function canonical(keyword: string): string {
  const lower = keyword.toLowerCase()
  return aliases[lower] ?? lower
}

/** What the sshd of a release makes of a keyword (any case, any of its names); undefined: it would not start. */
export function scopeOf(release: Release, keyword: string): Scope | undefined {
  // The one second name that is not allowed where the first is.
  if (keyword.toLowerCase() === 'dsaauthentication') return 'global'
  return scopes[release].get(canonical(keyword))
}

/** Every keyword that has an effect in that release, spelt as in sshd_config(5). */
export function keywordsOf(release: Release): readonly string[] {
  const lists = [both, own[release]].flatMap(({ match = '', global = '' }) => [match, global])
  return lists.flatMap((names) => names.split(/\s+/).filter((name) => name !== ''))
}

/** Read without effect, and below `Match` too; every other ignored keyword stops sshd there (servconf.c, keywords). */
export const ignoredBelowMatch: ReadonlySet<string> = new Set([
  'authorizedkeysfile2',
  'rhostsrsaauthentication',
  'rsaauthentication',
])

const lastOfBoth = ['fingerprinthash', 'ipqos', 'maxstartups', 'persourcenetblocksize', 'streamlocalbindmask']
const last: Readonly<Record<Release, ReadonlySet<string>>> = {
  bookworm: new Set([...lastOfBoth, 'persourcemaxstartups']),
  trixie: new Set(lastOfBoth),
}

/** Of a few keywords the last line counts: sshd sets them without looking whether they are set (servconf.c). */
export function lastCounts(release: Release, keyword: string): boolean {
  return last[release].has(keyword)
}

/** Keywords that take the rest of their line as it is, quotes and comments too. */
export const takesRest: ReadonlySet<string> = new Set([
  'authorizedkeyscommand',
  'authorizedprincipalscommand',
  'forcecommand',
  'versionaddendum',
])

/** Keywords whose lines add up; of nearly every other one the first line counts. */
export const accumulating: ReadonlySet<string> = new Set([
  'acceptenv',
  'allowgroups',
  'allowusers',
  'denygroups',
  'denyusers',
  'hostcertificate',
  'hostkey',
  'listenaddress',
  'port',
  'subsystem',
])
