import * as assert from 'uvu/assert'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { outcomeOf } from '../../support/plan.ts'
import { HASH, KEYS, type LooseSpec, smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/**
 * Ways in which people shut themselves out of their devices, collected from the trackers of the tools that this one
 * replaces. Each must be refused, by whatever part of pibake sees it first.
 */
const test = suite('lock-outs')

type Change = (spec: LooseSpec) => void
type Case = [title: string, change: Change, tamper?: (root: MemoryTree) => void]

const user =
  (change: (user: LooseSpec) => void): Change =>
  (spec) =>
    change(spec.users[0])
const key = (options: object): Change => user((u) => (u.authorizedKeys = [{ key: KEYS.alice, ...options }]))
const rules =
  (...lines: string[]): Change =>
  (spec) =>
    (spec.firewall = { rules: lines })
const settings =
  (values: Record<string, string>): Change =>
  (spec) =>
    (spec.ssh = { settings: values })
const dropIn = (name: string, text: string) => (root: MemoryTree) => put(root, `/etc/ssh/sshd_config.d/${name}`, text)

function put(root: MemoryTree, path: string, text: string, mode = 0o644): void {
  root.nodes.set(root.resolve(path), { kind: 'file', content: new TextEncoder().encode(text), mode, uid: 0, gid: 0 })
}

const cases: Case[] = [
  ['no users at all', (s) => (s.users = [])],
  [
    'the only user has neither key nor password',
    user((u) => Object.assign(u, { authorizedKeys: [], passwordHash: undefined })),
  ],
  ['a password alone, while sshd takes keys only', user((u) => (u.authorizedKeys = []))],
  [
    'password login, but the only account has a key-less locked password',
    (s) => {
      s.ssh = { passwordAuthentication: true }
      s.users[0].authorizedKeys = []
      delete s.users[0].passwordHash
    },
  ],
  ['sudo asks for a password that does not exist', user((u) => delete u.passwordHash)],
  ['allowUsers names somebody else', (s) => (s.ssh = { allowUsers: ['bob'] })],
  [
    'allowUsers misses the only user with a key',
    (s) => {
      s.users.push({ name: 'bob', passwordHash: HASH, sudo: 'none' })
      s.ssh = { allowUsers: ['bob'] }
    },
  ],
  ['allowUsers names the stock account, which is removed', (s) => (s.ssh = { allowUsers: ['pi'] })],
  [
    'allowUsers is bound to an address that the firewall keeps out',
    (s) => {
      s.ssh = { allowUsers: ['alice@203.0.113.9'] }
      s.firewall = { rules: ['allow from 198.51.100.0/24 to any port 22 proto tcp'] }
    },
  ],
  ['denyUsers names the only user', (s) => (s.ssh = { denyUsers: ['alice'] })],
  ['denyUsers is a star', (s) => (s.ssh = { denyUsers: ['*'] })],
  ['the port is 0', (s) => (s.ssh = { port: 0 })],
  ['the port is out of range', (s) => (s.ssh = { port: 70000 })],
  ['the firewall has no rule for SSH', rules('allow 80/tcp')],
  [
    'the firewall admits 22, sshd listens on 2222',
    (s) => {
      s.ssh = { port: 2222 }
      s.firewall = { rules: ['limit 22/tcp'] }
    },
  ],
  [
    'the firewall admits SSH by name, sshd listens elsewhere',
    (s) => {
      s.ssh = { port: 2222 }
      s.firewall = { rules: ['allow ssh'] }
    },
  ],
  [
    'the firewall denies SSH before it allows it',
    rules('deny 22/tcp', 'allow from 192.0.2.0/24 to any port 22 proto tcp'),
  ],
  ['the firewall admits SSH over UDP', rules('allow 22/udp')],
  ['the firewall admits SSH outwards', rules('allow out 22/tcp')],
  ['the firewall admits SSH on the loopback interface only', rules('allow in on lo to any port 22 proto tcp')],
  ['the firewall rejects everything', (s) => (s.firewall = { incoming: 'reject', rules: [] })],
  ['the rule for SSH has a typing error', rules('alow 22/tcp')],
  [
    'the key comes from where the firewall is shut',
    (s) => {
      key({ from: ['192.0.2.0/24'] })(s)
      s.firewall = { rules: ['allow from 198.51.100.0/24 to any port 22 proto tcp'] }
    },
  ],
  ['the key has expired', key({ expires: '2020-01-01' })],
  ['the key expires today', key({ expires: '2026-11-22' })],
  ['the account has expired', user((u) => (u.expires = '2020-01-01'))],
  ['the key only runs a command', key({ command: '/usr/bin/uptime' })],
  ['the key is a private key', user((u) => (u.authorizedKeys = ['-----BEGIN OPENSSH PRIVATE KEY-----']))],
  ['the key is cut short', user((u) => (u.authorizedKeys = [KEYS.alice.slice(0, 60)]))],
  [
    'the key is of a kind that sshd no longer takes',
    user((u) => (u.authorizedKeys = ['ssh-dss AAAAB3NzaC1kc3MAAACBAP== x'])),
  ],
  [
    'the key says one type and holds another',
    user((u) => (u.authorizedKeys = [KEYS.alice.replace('ssh-ed25519', 'ssh-rsa')])),
  ],
  [
    'a new password at the first login, and no old one',
    user((u) => {
      u.mustChangePassword = true
      u.sudo = 'nopasswd'
      delete u.passwordHash
    }),
  ],
  ['the login shell is nologin', user((u) => (u.shell = '/usr/sbin/nologin'))],
  ['the login shell is false', user((u) => (u.shell = '/bin/false'))],
  ['the login shell is not in the image', user((u) => (u.shell = '/usr/bin/fish'))],
  ['sshd: keys switched off', settings({ PubkeyAuthentication: 'no' })],
  ['sshd: keys are looked for elsewhere', settings({ AuthorizedKeysFile: 'none' })],
  ['sshd: two methods demanded, of which one cannot be', settings({ AuthenticationMethods: 'publickey,password' })],
  ['sshd: a group that the owner is not in', settings({ AllowGroups: 'wheel' })],
  ['sshd: a group of the owner is denied', settings({ DenyGroups: 'sudo' })],
  ['sshd: a keyword that this sshd does not know stops it', settings({ PermitRootLogni: 'no' })],
  ['sshd: a keyword of a newer release stops it', settings({ UseDNSSEC: 'yes' })],
  ['sshd: only the loopback is listened on', settings({ ListenAddress: '127.0.0.1' })],
  ['sshd: no session is allowed', settings({ MaxSessions: '0' })],
  ['sshd: no try is allowed', settings({ MaxAuthTries: '0' })],
  ['sshd: no connection from one address is allowed', settings({ PerSourceMaxStartups: '0' })],
  ['sshd: fewer connections in all than before they are dropped', settings({ MaxStartups: '60:30:10' })],
  ['sshd: a time that its int does not hold', settings({ LoginGraceTime: '999999999w' })],
  ['sshd: confined to a directory that is not there', settings({ ChrootDirectory: '/srv/nothing' })],
  ['sshd: confined to a directory without a shell', settings({ ChrootDirectory: '/home' })],
  ['sshd: confined to a home, which is not root’s', settings({ ChrootDirectory: '%h' })],
  ['sshd: one command for everybody', settings({ ForceCommand: '/usr/bin/uptime' })],
  [
    'sshd: one command for everybody, who log in with passwords',
    (s) => {
      s.ssh = { passwordAuthentication: true, settings: { ForceCommand: 'internal-sftp' } }
      s.users[0].authorizedKeys = []
    },
  ],
  ['sshd: a list of revoked keys that is not there', settings({ RevokedKeys: '/etc/ssh/revoked' })],
  ['sshd: a list of revoked keys that is a directory', settings({ RevokedKeys: '/etc' })],
  [
    'sshd: a list of revoked keys with the owner’s',
    settings({ RevokedKeys: '/etc/revoked' }),
    (root) => put(root, '/etc/revoked', `# lost\n${KEYS.bob}\n${KEYS.alice}\n`),
  ],
  [
    'sshd: a list of revoked keys with a line that is no key',
    settings({ RevokedKeys: '/etc/revoked' }),
    (root) => put(root, '/etc/revoked', 'SHA256:abc\n'),
  ],
  [
    'sshd: revoked keys in a binary list',
    settings({ RevokedKeys: '/etc/revoked' }),
    (root) => put(root, '/etc/revoked', 'SSHKRL\n\0\0\0\0\u0001'),
  ],
  ['sshd: no signature that the owner’s key can make', settings({ PubkeyAcceptedAlgorithms: 'rsa-sha2-512' })],
  ['sshd: no cipher is left', settings({ Ciphers: '-*' })],
  ['sshd: only ciphers that clients no longer offer', settings({ Ciphers: 'aes256-cbc,3des-cbc' })],
  ['sshd: no key exchange is left', settings({ KexAlgorithms: '-curve*,sntrup*,mlkem*,ecdh*' })],
  [
    'sshd: only a key exchange that clients no longer offer',
    settings({ KexAlgorithms: 'diffie-hellman-group14-sha1' }),
  ],
  ['sshd: only MACs that clients no longer offer', settings({ MACs: 'hmac-md5', Ciphers: 'aes256-ctr' })],
  ['sshd: no host key is left', settings({ HostKeyAlgorithms: '-*' })],
  ['sshd: only host keys that no device has', settings({ HostKeyAlgorithms: 'ecdsa-sha2-nistp384' })],
  ['sshd: an address that is not of the family', settings({ ListenAddress: '0.0.0.0', AddressFamily: 'inet6' })],
  [
    'sshd: IPv6 only, while the firewall admits an IPv4 network',
    (s) => {
      s.ssh = { settings: { AddressFamily: 'inet6' } }
      s.firewall = { rules: ['allow from 192.168.0.0/16 to any port 22 proto tcp'] }
    },
  ],
  [
    'sshd: IPv6 only, while the key comes from an IPv4 network',
    (s) => {
      key({ from: ['192.0.2.0/24'] })(s)
      s.ssh = { settings: { ListenAddress: '::' } }
    },
  ],
  ['sshd: two keys demanded, there is one', settings({ AuthenticationMethods: 'publickey,publickey' })],
  [
    'sshd: a key and a password demanded, there is no password',
    (s) => {
      s.ssh = { passwordAuthentication: true, settings: { AuthenticationMethods: 'publickey,password' } }
      s.users[0].sudo = 'nopasswd'
      delete s.users[0].passwordHash
    },
  ],
  [
    'sshd: a method that is switched off',
    (s) => (s.ssh = { passwordAuthentication: true, settings: { AuthenticationMethods: 'keyboard-interactive' } }),
  ],
  ['sshd: a method that does not exist stops it', settings({ AuthenticationMethods: 'pubkey' })],
  ['sshd: a forwarded port without number stops it', settings({ PermitOpen: 'localhost' })],
  ['sshd: a class of service that does not exist stops it', settings({ IPQoS: '0x20' })],
  ['sshd: a variable without value stops it', settings({ SetEnv: 'LANG' })],
  ['sshd: an amount that is none stops it', settings({ RekeyLimit: 'none' })],
  ['sshd: a second sftp stops that of Bookworm', settings({ Subsystem: 'sftp internal-sftp' })],
  ['sshd: a routing domain stops it', settings({ RDomain: 'none' })],
  ['sshd: a block in the settings', settings({ Match: 'User bob' })],
  ['sshd: its first line is longer than clients read', settings({ VersionAddendum: 'x'.repeat(9000) })],
  ['sshd: its process number overwrites the passwords', settings({ PidFile: '/etc/shadow' })],
  ['a drop-in of the image confines everybody', () => {}, dropIn('50-x.conf', 'ChrootDirectory /srv/sftp\n')],
  [
    'a Match block of the image allows the owner no session',
    () => {},
    dropIn('50-x.conf', 'Match Group sudo\n MaxSessions 0\n'),
  ],
  ['a drop-in of the image revokes all keys', () => {}, dropIn('50-x.conf', 'RevokedKeys /etc/ssh/revoked\n')],
  ['a drop-in of the image refuses the owner', () => {}, dropIn('00-a.conf', 'DenyUsers alice\n')],
  [
    'a drop-in of the image switches keys off for everybody',
    () => {},
    dropIn('00-a.conf', 'PubkeyAuthentication no\n'),
  ],
  [
    'a Match block of the image switches keys off',
    () => {},
    dropIn('50-x.conf', 'Match User alice\n PubkeyAuthentication no\n'),
  ],
  ['a drop-in of the image is broken, so sshd does not start', () => {}, dropIn('60-x.conf', 'Frobnicate yes\n')],
  [
    'a sudoers file of the image forbids the owner',
    () => {},
    (root) => put(root, '/etc/sudoers.d/zzzz-last', 'alice ALL=(ALL:ALL) !ALL\n', 0o440),
  ],
  ['openssh-server is to be removed', (s) => (s.packages = { remove: ['openssh-server'] })],
  ['sudo is to be removed', (s) => (s.packages = { remove: ['sudo'] })],
  ['the ssh service is disabled', (s) => (s.services = { disable: ['ssh'] })],
  ['the ssh service is masked', (s) => (s.services = { mask: ['ssh.service'] })],
  ['the network is masked', (s) => (s.services = { mask: ['NetworkManager'] })],
  [
    'SSH is off, and nobody has a password for the console',
    (s) => {
      s.ssh = { enabled: false }
      s.users[0].sudo = 'nopasswd'
      delete s.users[0].passwordHash
    },
  ],
  [
    'nobody can become root, though one was meant to',
    (s) => {
      s.users[0].sudo = 'none'
      s.users.push({ name: 'bob', sudo: 'password', authorizedKeys: [KEYS.bob] })
    },
  ],
  [
    'Wi-Fi is off and is the only network named',
    (s) => {
      s.hardware = { wifi: 'off' }
      s.network = { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'wifi.psk' }] } }
    },
  ],
  [
    'a file of the spec takes the place of the keys',
    (s) =>
      (s.files = [
        { path: '/home/alice/.ssh/authorized_keys', content: '', mode: '0600', owner: 'alice', group: 'alice' },
      ]),
  ],
  [
    'a file of the spec takes the place of the sshd drop-in',
    (s) => (s.files = [{ path: '/etc/ssh/sshd_config.d/00-pibake.conf', content: '' }]),
  ],
  [
    'a file of the spec brings a drop-in that wins',
    (s) => (s.files = [{ path: '/etc/ssh/sshd_config.d/00-a.conf', content: 'AllowUsers nobody\n' }]),
  ],
  [
    'a file of the spec locks the password again',
    (s) => (s.files = [{ path: '/etc/shadow', content: 'alice:!:::::::\n' }]),
  ],
]

for (const [title, change, tamper] of cases) {
  test(title, () => {
    const spec = smallSpec()
    change(spec)
    const { exit, codes } = outcomeOf(spec, tamper === undefined ? {} : { tamper })
    assert.ok(exit !== 0, 'was not refused')
    assert.ok(codes.length > 0, 'was refused without a code')
  })
}

test('there are at least forty of them', () => {
  assert.ok(cases.length >= 40, String(cases.length))
})
