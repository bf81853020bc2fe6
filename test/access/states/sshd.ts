import { append, bySpec, edit, image, type Planted, twoWays, write } from '../support/planted.ts'

const dropIn = (text: string, name = '50-site') => write(`/etc/ssh/sshd_config.d/${name}.conf`, text)
const lines = (id: string, text: string, name?: string) => twoWays('sshd lines', id, dropIn(text, name))
const match = (id: string, text: string, name?: string) => twoWays('sshd match', id, dropIn(text, name))

const setting = (id: string, settings: Readonly<Record<string, string>>) =>
  bySpec('sshd lines', id, (spec) => (spec.ssh = { settings }))
const main = (id: string, text: string) => image('sshd match', id, [append('/etc/ssh/sshd_config', text)])

/** The sshd lines have a corpus of their own (sshd-lines.ts); here is how they come to a device. */
export const sshd: readonly Planted[] = [
  ...lines('AuthenticationMethods any, spelt out', 'AuthenticationMethods any'),
  ...lines('internal-sftp besides sftp-server', 'Subsystem sftp internal-sftp'),
  ...lines('a host key that is not there', 'HostKey /etc/ssh/ssh_host_site_key'),
  ...lines('a cipher that nobody knows', 'Ciphers aes256-none'),
  ...lines('one argument too many', 'PermitRootLogin no yes'),
  ...lines('no session, read first', 'MaxSessions 0', '00-a'),
  ...twoWays('sshd lines', 'keys switched off, read first', dropIn('PubkeyAuthentication no', '00-a')),
  ...twoWays('sshd lines', 'another port too', dropIn('Port 2222')),
  image('sshd lines', 'the file that includes drop-ins does not', [edit('/etc/ssh/sshd_config', /^Include.*$/m, '')]),
  image('sshd lines', 'the include comes last', [
    edit('/etc/ssh/sshd_config', /^Include.*$/m, ''),
    append('/etc/ssh/sshd_config', 'PasswordAuthentication yes\nInclude /etc/ssh/sshd_config.d/*.conf'),
  ]),
  image('sshd lines', 'a word at the end of sshd_config that is no keyword', [
    append('/etc/ssh/sshd_config', 'Nonsense yes'),
  ]),
  ...match('no session for one network', 'Match Address 10.0.0.0/8\nMaxSessions 0'),
  ...match('no session for the port that all use', 'Match LocalPort 22\nMaxSessions 0'),
  ...match('one command at the address that all reach', 'Match LocalAddress 192.0.2.1\nForceCommand /bin/false'),
  ...match('no keys for the owner', 'Match User alice\nPubkeyAuthentication no'),
  ...twoWays(
    'sshd match',
    'passwords for everybody',
    dropIn('Match all\nPasswordAuthentication yes\nAuthenticationMethods any'),
  ),
  ...twoWays('sshd match', 'a network that is written wrongly', dropIn('Match Address 10.0.0.1/8\nMaxSessions 0')),
  ...twoWays('sshd match', 'what a program says', dropIn('Match exec "test -e /etc/hostname"\nMaxSessions 0')),
  ...twoWays('sshd match', 'a port that nobody uses', dropIn('Match LocalPort 2222\nMaxSessions 0')),
  setting('a banner by the spec', { Banner: '/etc/issue.net' }),
  setting('one session by the spec', { MaxSessions: '1' }),
  setting('addresses of one family by the spec', { AddressFamily: 'inet' }),
  setting('an address by the spec', { ListenAddress: '192.0.2.1' }),
  setting('a group by the spec', { AllowGroups: 'sudo' }),
  setting('a group of nobody by the spec', { AllowGroups: 'wheel' }),
  setting('no PAM by the spec', { UsePAM: 'no' }),
  main('no session for the owner, in the file itself', 'Match User alice\nMaxSessions 0'),
  main(
    'passwords for one network, in the file itself',
    'Match Address 192.0.2.0/24\nPasswordAuthentication yes\nAuthenticationMethods any',
  ),
  main('nothing for another, in the file itself', 'Match User pi\nMaxSessions 0'),
  main(
    'a chroot for a group, in the file itself',
    'Match Group sftponly\nChrootDirectory /srv\nForceCommand internal-sftp',
  ),
  main(
    'a chroot for the owner’s group, in the file itself',
    'Match Group users\nChrootDirectory /srv\nForceCommand internal-sftp',
  ),
]
