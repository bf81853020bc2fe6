import type { SpecPath } from '../../base/report/report.ts'
import { MIN_RSA_BITS } from '../../device/formats/public-key.ts'
import { hostKeyFile } from '../../device/inspect/host-keys.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import { canonical } from '../../device/sshd/keywords.ts'
import type { Context } from './control.ts'
import { hostKeyNames } from './host-keys.ts'
import { algorithmList, takenOut } from './ssh-algorithms.ts'
import type { SshLine } from './ssh-line.ts'
import { userCALines } from './ssh-user-ca.ts'

/**
 * The lines that pibake sets, in the order of the file. Those of `ssh.settings` take the place of the default of the same
 * keyword, or come last.
 */
export function sshLines(context: Context): readonly SshLine[] {
  const { ssh, profile, hardening } = context.spec
  const [noCommand, trusted, principals] = userCALines(context)
  const isStrict = profile !== 'standard'
  const { release } = context.inventory
  const hasRsa = hostKeyNames(context.spec).includes('rsa')
  const always = (keyword: string, value: string, because: string, path: SpecPath = ['ssh']): SshLine => ({
    keyword,
    value,
    path,
    because,
  })
  const byProfile = (keyword: string, standard: string, strict: string, because: string): SshLine =>
    always(keyword, isStrict ? strict : standard, because, ['profile'])
  const password = ['ssh', 'passwordAuthentication']
  const defaults: readonly SshLine[] = [
    always('Port', String(ssh.port), 'the port that firewall and fail2ban follow', ['ssh', 'port']),
    always('AllowUsers', ssh.allowUsers.join(' '), 'nobody else may log in', ['ssh', 'allowUsers']),
    ...(ssh.denyUsers.length === 0
      ? []
      : [always('DenyUsers', ssh.denyUsers.join(' '), 'denied whatever else is set', ['ssh', 'denyUsers'])]),
    always('PermitRootLogin', 'no', 'log in as a user, then sudo'),
    always('PubkeyAuthentication', 'yes', 'keys are how one logs in'),
    always(
      'PasswordAuthentication',
      ssh.passwordAuthentication ? 'yes' : 'no',
      ssh.passwordAuthentication ? 'the owner allows passwords' : 'a password can be guessed, a key cannot',
      password,
    ),
    always('KbdInteractiveAuthentication', 'no', 'it is a second way to ask for a password', password),
    always(
      'AuthenticationMethods',
      ssh.passwordAuthentication ? 'any' : 'publickey',
      ssh.passwordAuthentication ? 'a key or a password is enough' : 'a key, and nothing in its place',
      password,
    ),
    always('PermitEmptyPasswords', 'no', 'an account without password stays shut'),
    always('HostbasedAuthentication', 'no', 'host-based logins are off'),
    always('IgnoreRhosts', 'yes', 'no .rhosts file opens the device'),
    always('UsePAM', 'yes', 'without PAM a locked password also shuts out the key, and there is no login session'),
    always('StrictModes', 'yes', 'keys that others could have written are not read'),
    always('AuthorizedKeysFile', '.ssh/authorized_keys', 'keys lie in one place only'),
    ...(noCommand === undefined ? [] : [noCommand]),
    always('AuthorizedKeysCommand', 'none', 'no program of the image adds keys'),
    trusted ?? always('TrustedUserCAKeys', 'none', 'no certificate authority of the image adds keys'),
    ...(principals === undefined ? [] : [principals]),
    always('PermitUserEnvironment', 'no', 'a key cannot bring environment variables'),
    byProfile('MaxAuthTries', '4', '3', 'few tries a connection'),
    byProfile('MaxSessions', '10', '4', 'sessions in one connection'),
    always('LoginGraceTime', '30', 'who does not log in within 30 s is disconnected'),
    always('MaxStartups', '10:30:60', 'connections that have not logged in are dropped early'),
    always('ClientAliveInterval', '300', 'dead connections are noticed'),
    // The benchmark of CIS asks for 3.
    always('ClientAliveCountMax', profile === 'strict' ? '2' : '3', 'dead connections end after some minutes', [
      'profile',
    ]),
    ...(isStrict
      ? [
          always('TCPKeepAlive', 'no', 'anybody on the way can answer it; ClientAlive asks inside SSH', ['profile']),
          always('Compression', 'no', 'a packer is not needed, and has had holes', ['profile']),
        ]
      : []),
    always('X11Forwarding', 'no', 'a forwarded display can be read by the device'),
    byProfile('AllowAgentForwarding', 'yes', 'no', 'a forwarded agent can be used by root of the device'),
    byProfile('AllowTcpForwarding', 'local', 'no', 'the device is not a way into other networks'),
    byProfile('AllowStreamLocalForwarding', 'local', 'no', 'the device is not a way into other networks'),
    always('GatewayPorts', 'no', 'a forwarded port listens for the device alone'),
    always('PermitTunnel', 'no', 'no network tunnel'),
    always('LogLevel', 'VERBOSE', 'the log says which key was used'),
    ...(hardening.banner === ''
      ? []
      : [always('Banner', '/etc/issue.net', 'who logs in reads the rules first', ['hardening', 'banner'])]),
    always('DebianBanner', 'no', 'the exact package version is nobody else’s business'),
    // sshd offers its keys in the order of these lines, and else RSA first.
    ...(isStrict ? hostKeyNames(context.spec) : []).map((name) =>
      always('HostKey', hostKeyFile('/etc/ssh', name), 'the host keys of ssh.hostKeyTypes, in its order', [
        'ssh',
        'hostKeyTypes',
      ]),
    ),
    ...takenOut.map((entry) =>
      always(entry.keyword, algorithmList(entry, { release, isStrict, hasRsa }), entry.because, ['profile']),
    ),
    always('RequiredRSASize', String(MIN_RSA_BITS), 'shorter RSA keys are refused, as in the spec'),
  ]
  const own = Object.entries(ssh.settings).map(
    ([keyword, value]): SshLine => ({
      keyword,
      value,
      path: ['ssh', 'settings', keyword],
      because: 'the owner set it',
    }),
  )
  const same = (a: SshLine, b: SshLine) => canonical(a.keyword) === canonical(b.keyword)
  return [
    ...defaults.map((line) => own.find((other) => same(line, other)) ?? line),
    ...own.filter((line) => !defaults.some((other) => same(line, other))),
  ]
}

/**
 * The lines that can stand before the image's own. After another `AuthenticationMethods`, sshd of Bookworm refuses a later
 * `any` even where it does not count: ours is left out then. Which methods are left is for the proof to say.
 *
 * @param image the configuration without pibake's lines
 */
export function besideImage(lines: readonly SshLine[], image: SshdConfig): readonly SshLine[] {
  const hasAny = image.directives.some(({ keyword, args }) => keyword === 'authenticationmethods' && args[0] === 'any')
  if (image.release !== 'bookworm' || !hasAny) return lines
  return lines.filter(({ keyword, path }) => keyword !== 'AuthenticationMethods' || path.includes('settings'))
}
