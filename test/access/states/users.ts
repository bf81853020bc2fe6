import { append, bySpec, edit, image, mode, type Planted, twoWays, write } from '../support/planted.ts'

// biome-ignore lint/suspicious/noExplicitAny: a spec in a test is shaped by hand.
const ssh = (id: string, more: any) => bySpec('users and keys', id, (spec) => (spec.ssh = more))
// biome-ignore lint/suspicious/noExplicitAny: the same.
const key = (id: string, options: any) =>
  bySpec('users and keys', id, (spec) => {
    spec.users[0].authorizedKeys = [{ key: spec.users[0].authorizedKeys[0], ...options }]
  })
const AUTHORIZED = '/home/alice/.ssh/authorized_keys'

/** Who is allowed, and from where by which key. */
export const users: readonly Planted[] = [
  ssh('the owner from one network', { allowUsers: ['alice@192.0.2.0/24', 'bob'] }),
  ssh('the owner from a network that the firewall keeps out', { allowUsers: ['alice@198.51.100.0/24', 'bob'] }),
  ssh('the owner from a pattern of addresses', { allowUsers: ['alice@10.*', 'bob'] }),
  ssh('everybody whose name begins so', { allowUsers: ['a*', 'bob'] }),
  ssh('the owner from a host by name', { allowUsers: ['alice@*.example.org', 'bob'] }),
  ssh('the owner from nowhere but one address', { allowUsers: ['alice@192.0.2.2', 'bob'] }),
  ssh('nobody from one network', { denyUsers: ['*@10.0.0.0/8'] }),
  ssh('not the owner from one address', { denyUsers: ['alice@192.0.2.2'] }),
  ssh('another than the owner is denied', { denyUsers: ['pi'] }),
  key('from one network', { from: ['192.0.2.0/24'] }),
  key('from all but one network', { from: ['!10.0.0.0/8', '*'] }),
  key('from all but one address', { from: ['!192.0.2.2', '192.0.2.0/24'] }),
  key('from none, for all is negated', { from: ['!192.0.2.2'] }),
  key('from a pattern', { from: ['192.0.2.?'] }),
  key('from hosts by name', { from: ['*.example.org'] }),
  key('for a time that is over', { expires: '2020-01-01' }),
  key('for a time that is not over', { expires: '2031-01-01' }),
  key('with a restriction', { restrict: true }),
  image('users and keys', 'a home of the image, with keys of another', [
    write(AUTHORIZED, '{mallory}', 0o600, 1001),
    mode('/home/alice', 0o755, 1001),
  ]),
  image('users and keys', 'a home that all may write to', [
    write('/home/alice/.profile', '# site'),
    mode('/home/alice', 0o777),
  ]),
  image('users and keys', '/home that all may write to', [mode('/home', 0o777)]),
  image('users and keys', '/home of somebody else', [mode('/home', 0o755, 33)]),
  image('users and keys', '/home that nobody may enter', [mode('/home', 0o700)]),
  image('users and keys', '/ that nobody may enter', [mode('/etc', 0o700)]),
  ...twoWays('users and keys', 'an .ssh/rc that ends the session', write('/etc/ssh/sshrc', 'kill -9 $PPID')),
  ...twoWays('users and keys', 'a harmless sshrc', write('/etc/ssh/sshrc', 'true')),
  ...twoWays('users and keys', 'an account of the same number', write('/etc/passwd-site', 'x'), {
    steps: [
      append('/etc/passwd', 'kiosk:x:1001:1001::/home/kiosk:/bin/bash'),
      append('/etc/group', 'kiosk:x:1001:'),
      append('/etc/shadow', 'kiosk:*:20000:0:99999:7:::'),
    ],
  }),
  bySpec('users and keys', 'the account expires soon', (spec) => (spec.users[0].expires = '2031-01-01')),
  bySpec('users and keys', 'the account has expired', (spec) => (spec.users[0].expires = '2020-01-01')),
  bySpec('users and keys', 'a new password is wanted at once', (spec) => (spec.users[0].mustChangePassword = true)),
  bySpec('users and keys', 'a password with sshd too', (spec) => (spec.ssh = { passwordAuthentication: true })),
  image('users and keys', 'the shell of all is another', [
    edit('/etc/default/useradd', /^# SHELL=.*|^SHELL=.*/m, 'SHELL=/usr/sbin/nologin'),
  ]),
]
