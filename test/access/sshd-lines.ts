/** A piece of sshd's configuration that an image brings along. */
export interface SshdLine {
  /** The text in one line; where it stands if that is not a drop-in that sorts after pibake's. */
  readonly id: string
  readonly place: Place
  readonly text: string
}

/** `after`, `before`: a drop-in that sorts after or before pibake's; `main`: the end of sshd_config. */
type Place = keyof typeof PLACES

export const PLACES = {
  after: '/etc/ssh/sshd_config.d/50-image.conf',
  before: '/etc/ssh/sshd_config.d/00-image.conf',
  main: '/etc/ssh/sshd_config',
} as const

/** Of every keyword: values that sshd takes, and some that it does not. What each of them does, sshd says. */
const values: Readonly<Record<string, readonly string[]>> = {
  AcceptEnv: ['LANG LC_*', 'A=b', ''],
  AddressFamily: ['any', 'inet4'],
  AllowAgentForwarding: ['yes', 'maybe'],
  AllowStreamLocalForwarding: ['all', 'both'],
  AllowTcpForwarding: ['remote', 'both', 'yes no'],
  AuthorizedKeysCommandUser: ['nobody', 'no such user'],
  AuthorizedPrincipalsCommand: ['none', '/usr/bin/true', 'true'],
  AuthorizedPrincipalsCommandUser: ['nobody', ''],
  AuthorizedPrincipalsFile: ['none', '/etc/principals', 'a b'],
  Banner: ['/etc/issue.net', '/no/such', 'a b'],
  CASignatureAlgorithms: ['ssh-ed25519', '-*', 'ssh-none'],
  ChannelTimeout: ['session=1h', 'session', 'none session=1h'],
  Ciphers: ['aes256-ctr', 'aes256-none', 'aes256-ctr aes128-ctr', '+aes256-cbc', '^aes128-ctr,rot13'],
  ClientAliveCountMax: ['0', '-1', 'x'],
  ClientAliveInterval: ['0', '5m', '5y'],
  Compression: ['delayed', 'always'],
  DebianBanner: ['yes', '1'],
  DisableForwarding: ['yes', 'yes yes'],
  ExposeAuthInfo: ['yes', 'full'],
  FingerprintHash: ['md5', 'sha512'],
  GatewayPorts: ['clientspecified', 'local'],
  GSSAPIAuthentication: ['yes', 'on'],
  GSSAPICleanupCredentials: ['yes', 'on'],
  GSSAPIKexAlgorithms: ['gss-gex-sha1-', 'gss-none'],
  GSSAPIKeyExchange: ['yes', 'on'],
  GSSAPIStoreCredentialsOnRekey: ['no', 'on'],
  GSSAPIStrictAcceptorCheck: ['no', 'on'],
  HostbasedAcceptedAlgorithms: ['ssh-ed25519', 'none', 'ssh-ed25519 ssh-rsa'],
  HostbasedUsesNameFromPacketOnly: ['yes', '2'],
  HostCertificate: ['/no/such-cert.pub', 'a b'],
  HostKey: ['/etc/ssh/ssh_host_ed25519_key', '/etc/hostname', 'a b', 'none'],
  HostKeyAgent: ['/no/such.sock', 'a b'],
  HostKeyAlgorithms: ['ssh-ed25519', 'ssh-ed25519,ssh-none', 'ssh-ed25519 rsa-sha2-512'],
  IgnoreRhosts: ['shosts-only', 'always'],
  IgnoreUserKnownHosts: ['yes', 'always'],
  Include: ['/no/such', '/etc/ssh/sshd_config.d/none-*.conf', '/etc', '', '/etc/ssh/extra.conf'],
  IPQoS: ['af21 cs1', 'af22 none x', 'ef99'],
  KbdInteractiveAuthentication: ['yes', 'pam'],
  KerberosAuthentication: ['no', 'yes'],
  KerberosOrLocalPasswd: ['yes', 'on'],
  KerberosTicketCleanup: ['yes', 'on'],
  KexAlgorithms: ['curve25519-sha256', '+kex-none', 'a b'],
  LoginGraceTime: ['0', '1', '30 s', '1x', '99999999999'],
  LogLevel: ['DEBUG3', 'QUIET', 'LOUD'],
  LogVerbose: ['kex.c:*:1000', 'none kex.c', ''],
  MACs: ['hmac-sha2-256-etm@openssh.com', 'hmac-none', '+umac-64@openssh.com'],
  Match: ['', 'all user alice', 'Nonsense x', 'Address 10.0.0.1/8', 'Address 10.0.0.0/33', 'User', 'LocalPort ssh'],
  MaxStartups: ['10', '10:30:60', '10:30', '60:30:10', '0', '-1', '10:0:60'],
  ModuliFile: ['/etc/ssh/moduli', '/no/such', 'a b'],
  PasswordAuthentication: ['no', 'never'],
  PermitEmptyPasswords: ['yes', 'root'],
  PermitListen: ['any', 'none 22', '99999', 'localhost'],
  PermitOpen: ['any', '[::1]:80', 'localhost', 'none localhost:80'],
  PermitTTY: ['no', 'tty1'],
  PermitTunnel: ['ethernet', 'Yes', 'tap'],
  PermitUserEnvironment: ['yes', 'LANG,LC_*', 'a b'],
  PermitUserRC: ['no', 'on'],
  PerSourceNetBlockSize: ['32:64', '33', '24:129', '0:0'],
  PidFile: ['none', '/run/other.pid', '/no/such/dir/sshd.pid', 'a b'],
  PrintLastLog: ['no', 'on'],
  PrintMotd: ['yes', 'on'],
  PubkeyAuthOptions: ['touch-required', 'touch-required,verify-required', 'pin-required', 'none touch-required'],
  RDomain: ['%D', 'mgmt'],
  RekeyLimit: ['1G 1h', '1X', '1', 'default none'],
  RequiredRSASize: ['4096', '1023', '-1', '3072 bits'],
  SecurityKeyProvider: ['internal', '/no/such.so', 'a b'],
  SetEnv: ['A=b', 'A', 'A=b A=c'],
  StreamLocalBindMask: ['0177', '0999', '177x'],
  StreamLocalBindUnlink: ['yes', 'always'],
  StrictModes: ['no', 'lax'],
  Subsystem: ['sftp internal-sftp', 'other /bin/true', 'sftp', 'sftp /usr/lib/openssh/sftp-server'],
  SyslogFacility: ['LOCAL7', 'LOCAL8', 'auth auth'],
  TCPKeepAlive: ['no', 'on'],
  TrustedUserCAKeys: ['none', '/no/such', 'a b'],
  UnusedConnectionTimeout: ['1h', 'none', '1y'],
  UseDNS: ['yes', 'on'],
  VersionAddendum: ['none', 'kit', 'a b c'],
  X11DisplayOffset: ['10', '-1', 'x'],
  X11Forwarding: ['yes', 'trusted'],
  X11UseLocalhost: ['no', 'on'],
  XAuthLocation: ['/no/such', 'relative', 'a b'],
  // Of OpenSSH 10 alone.
  PAMServiceName: ['sshd', 'no-such-service', 'a b'],
  PerSourcePenalties: ['no', 'authfail:1h', 'authfail', 'crash:1y'],
  PerSourcePenaltyExemptList: ['10.0.0.0/8', '10.0.0.1/8', 'localhost'],
  SshdAuthPath: ['/usr/lib/openssh/sshd-auth', '/no/such'],
  SshdSessionPath: ['/usr/lib/openssh/sshd-session', '/no/such'],
  // Read and without effect, misspelt, not spelt as in the manual.
  Protocol: ['2', '1', '9'],
  UsePrivilegeSeparation: ['sandbox'],
  RSAAuthentication: ['yes'],
  ChallengeResponseAuthentication: ['yes', 'on'],
  DSAAuthentication: ['no', 'yes'],
  PubkeyAcceptedKeyTypes: ['ssh-ed25519', 'ssh-none'],
  KeepAlive: ['no'],
  PermitRootLogn: ['no'],
  'Port=': ['22'],
  'BANNER "': ['/etc/issue'],
  '"Banner"': ['none'],
  'Banner none "': [''],
  '\tprintmotd =': ['no'],
  '# PermitRootLogin': ['yes'],
}

/** Values that shut or open where they are in force: tried at every place, and below `Match`. */
const forceful: Readonly<Record<string, readonly string[]>> = {
  AllowGroups: ['sudo', 'wheel', 'a b'],
  AllowUsers: ['mallory', 'alice@10.0.0.0/8', 'a*', '*@*'],
  AuthenticationMethods: ['any', 'publickey,password', 'keyboard-interactive', 'none', 'publickey any'],
  AuthorizedKeysCommand: ['/usr/bin/true', 'relative'],
  AuthorizedKeysFile: ['none', '/etc/keys/%u', '.ssh/authorized_keys2'],
  ChrootDirectory: ['none', '/', '/srv', '%h', 'relative'],
  DenyGroups: ['sudo', 'nobody'],
  DenyUsers: ['alice', 'alice@10.0.0.0/8', '*,!alice', 'mallory', '!alice'],
  ForceCommand: ['none', '/usr/bin/uptime', 'internal-sftp'],
  ListenAddress: ['127.0.0.1', '198.51.100.77', '0.0.0.0:2222', '[::]:22', 'no.such.invalid'],
  MaxAuthTries: ['0', '1', '-1'],
  MaxSessions: ['0', '1', 'x'],
  PerSourceMaxStartups: ['0', '1', 'none', '-1'],
  PermitRootLogin: ['yes', 'without-password', 'sure'],
  Port: ['2222', '22 23', '0', '99999'],
  PubkeyAcceptedAlgorithms: ['-ssh-ed25519', 'rsa-sha2-512', 'ssh-ed25519', 'ssh-none'],
  PubkeyAuthentication: ['no', 'yes', 'never'],
  RefuseConnection: ['yes', 'no'],
  RevokedKeys: ['none', '/no/such', '/etc/hostname', '/etc'],
  UsePAM: ['no', 'never'],
  HostbasedAuthentication: ['yes'],
}
const atEveryPlace: readonly (readonly [keyword: string, value: string])[] = [
  ['AddressFamily', 'inet'],
  ['AddressFamily', 'inet6'],
  ['Ciphers', '-*'],
  ['Ciphers', 'aes256-cbc'],
  ['HostKeyAlgorithms', 'ecdsa-sha2-nistp384'],
  ['HostKeyAlgorithms', '-*'],
  ['KexAlgorithms', 'diffie-hellman-group14-sha1'],
  ['KexAlgorithms', '-*'],
  ['MACs', 'hmac-md5'],
  ['MACs', '-*'],
  ['PasswordAuthentication', 'yes'],
  ['HostKey', '/etc/ssh/no_such_key'],
]

/** What a connection can be asked for; each with a line that shuts, and some with lines that open. */
const conditions = [
  ...['all', 'User alice', 'User mallory', 'User *,!mallory', 'User !alice', 'User alice,!alice', 'Group sudo'],
  ...['Group sudo,!users', 'Group wheel', 'Host 192.0.2.*', 'Host *.example.org', 'Address 192.0.2.0/24'],
  ...['Address 10.0.0.0/8', 'Address *,!192.0.2.2', 'Address !10.0.0.0/8', 'Address 10.*', 'Address 2001:db8::/32'],
  ...['Address 192.0.2.2 User alice', 'Address 10.0.0.0/8 User mallory', 'Address 192.168.0.0/16,203.0.113.0/24'],
  ...['LocalPort 22', 'LocalPort 2222', 'LocalPort 22,2222', 'LocalPort !22', 'LocalAddress 192.0.2.1'],
  ...['LocalAddress 192.0.2.0/24', 'LocalAddress 127.0.0.1', 'LocalAddress *', 'LocalAddress 198.51.100.1'],
  ...['RDomain *', 'RDomain mgmt', 'RDomain none', 'Version *', 'Version OpenSSH_10*', 'Exec true', 'exec false'],
  ...['Exec "/no/such"', 'Invalid-User', 'Command true', 'final', 'canonical', 'user=alice', 'User "alice"'],
  ...['Localnetwork 192.0.2.0/24', 'SessionType shell', 'All', 'User alice all', 'Address 192.0.2.2/'],
]
const OPENING = 'PasswordAuthentication yes\nAuthenticationMethods any\nAllowUsers *\nPermitRootLogin yes'
const opened = ['all', 'User mallory', 'User root', 'Address 10.0.0.0/8', 'LocalPort 22', 'LocalAddress 192.0.2.1']
const texts = [
  'Match User bob\nMatch all\nMaxSessions 0',
  'Match Address 10.0.0.0/8\nMaxSessions 0\nMatch all\nMaxSessions 3',
  'Match User alice\nMaxSessions 1\nMatch Address 10.0.0.0/8\nMaxSessions 0',
  'Match User alice\nPort 22',
  'Match User alice\nUseDNS no',
  'Match User alice\nInclude /etc/ssh/extra.conf',
  'Match all\nForceCommand /bin/false',
  'Subsystem sftp internal-sftp\nSubsystem sftp internal-sftp',
  'HostKey /etc/ssh/ssh_host_rsa_key\nHostKey /etc/ssh/no_such_key',
  'AllowUsers mallory\nAllowUsers root',
  'MaxSessions 0 # not a comment of old sshds',
  "ForceCommand '/bin/false",
  'Banner /etc/issue.net\r',
]

/** What `Include /etc/ssh/extra.conf` reads. */
export const EXTRA = { path: '/etc/ssh/extra.conf', text: 'PubkeyAuthentication no\nMaxSessions 0\n' } as const

function lineOf(place: Place, text: string): SshdLine {
  const told = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return { id: place === 'after' ? told : `${told} (${place})`, place, text }
}

const forcefulPairs = Object.entries(forceful).flatMap(([keyword, list]) => list.map((value) => [keyword, value]))

/** The table: 567 pieces, all that sshd can be told in a line or below one `Match`. */
export const sshdLines: readonly SshdLine[] = [
  ...Object.entries(values).flatMap(([keyword, list]) => list.map((v) => lineOf('after', `${keyword} ${v}`))),
  ...[...forcefulPairs, ...atEveryPlace].flatMap(([keyword, value]) => [
    lineOf('after', `${keyword} ${value}`),
    lineOf('before', `${keyword} ${value}`),
  ]),
  ...forcefulPairs.map(([keyword, value]) => lineOf('main', `Match User alice\n${keyword} ${value}`)),
  ...conditions.map((condition) => lineOf('after', `Match ${condition}\nMaxSessions 0`)),
  ...opened.flatMap((condition) => [
    lineOf('after', `Match ${condition}\n${OPENING}`),
    lineOf('before', `Match ${condition}\n${OPENING}`),
  ]),
  ...texts.map((text) => lineOf('after', text)),
]
