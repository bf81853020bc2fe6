import * as assert from 'uvu/assert'
import { accountFacts } from '../../../../src/core/access/account-facts.ts'
import type { FinishedDevice } from '../../../../src/core/access/finished-device.ts'
import { sshdConfiguration } from '../../../../src/core/access/readers/sshd.ts'
import { readAccounts } from '../../../../src/device/formats/accounts.ts'
import type { Release } from '../../../../src/device/inspect/inventory.ts'
import { samplePiOs } from '../../../../src/sample/sample.ts'
import { memoryTree, type Sketch } from '../../../support/memory.ts'
import { compiled } from '../../../support/plan.ts'
import { spelledReach } from '../../../support/reach.ts'
import { everySample } from '../../../support/samples.ts'
import { HASH, KEYS, smallSpec, sound, TODAY } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'

const test = suite('reader of sshd’s configuration')

interface Planted {
  readonly release?: Release
  readonly files?: Readonly<Record<string, Sketch>>
  /** Options of alice's key. */
  readonly options?: string
}

function deviceWith(config: string, { release = 'trixie', files = {}, options = '' }: Planted = {}): FinishedDevice {
  const own = { uid: 1000, gid: 1000, mode: 0o600 }
  const root = memoryTree({
    '/etc/passwd': [
      'root:x:0:0::/root:/bin/bash',
      'sshd:x:100:65534::/run/sshd:/usr/sbin/nologin',
      'alice:x:1000:1000::/home/alice:/bin/bash',
      'mallory:x:1500:1500::/home/mallory:/bin/bash\n',
    ].join('\n'),
    '/etc/group': 'root:x:0:\nalice:x:1000:\nmallory:x:1500:\nsudo:x:27:alice\n',
    '/etc/shadow': `root:*:1::::::\nalice:*:1::::::\nmallory:${HASH}:1::::::\n`,
    '/bin/bash': { text: '', mode: 0o755 },
    '/usr/sbin/sshd': { text: '', mode: 0o755 },
    '/home/alice/.ssh/authorized_keys': { text: `${options}${KEYS.alice}\n`, ...own },
    '/etc/ssh/sshd_config': `UsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n${config}\n`,
    ...files,
  })
  for (const path of ['/home/alice', '/home/alice/.ssh']) {
    root.nodes.set(path, { kind: 'directory', mode: 0o700, uid: 1000, gid: 1000 })
  }
  return {
    root,
    boot: undefined,
    release,
    accounts: readAccounts(root),
    packages: new Map([['openssh-server', '1']]),
    requests: [],
    unread: [],
    owners: new Map([['alice', { sudo: 'none' }]]),
    authorities: new Set(),
    keepsAutologin: false,
    ssh: { enabled: true, port: 22 },
    today: TODAY,
  }
}

const alice = (config: string, planted: Planted = {}) => {
  const facts = accountFacts(deviceWith(config, planted)).find(({ name }) => name === 'alice')
  if (facts === undefined) throw new Error('alice is an owner')
  return facts
}
/** `ACC050 /etc/ssh/sshd_config:4` */
const findings = (config: string, planted: Planted = {}) =>
  sshdConfiguration(deviceWith(config, planted)).map(({ code, at }) => `${code} ${at?.file}:${at?.line}`)

const networks: readonly (readonly [config: string, from: 'everywhere' | string[], except: string[], Planted?])[] = [
  ['', 'everywhere', []],
  ['Match Address 10.0.0.0/8\nMaxSessions 0', 'everywhere', ['10.0.0.0/8']],
  ['Match Address 10.*\nMaxSessions 0', 'everywhere', ['10.0.0.0/8']],
  ['Match Address *,!192.0.2.2\nMaxSessions 0', ['192.0.2.2'], []],
  ['Match Address !10.0.0.0/8\nMaxSessions 0', 'everywhere', []],
  ['Match Address 10.0.0.0/8 User bob\nMaxSessions 0', 'everywhere', []],
  ['Match Address 10.0.0.0/8 Group sudo LocalPort 22\nPubkeyAuthentication no', 'everywhere', ['10.0.0.0/8']],
  ['Match Address 10.0.0.0/8 LocalPort 2222\nPubkeyAuthentication no', 'everywhere', []],
  ['Match Host 192.0.2.*,2001:db8::7\nForceCommand /bin/true', 'everywhere', ['192.0.2.0/24', '2001:db8::7']],
  ['Match Host *.example.org\nForceCommand /bin/true', 'everywhere', []],
  ['Match Address 10.0.0.0/8\nMaxSessions 0\nMatch Address 10.1.0.0/16\nMaxSessions 2', 'everywhere', ['10.0.0.0/8']],
  [
    'Match Address 10.1.0.0/16\nMaxSessions 2\nMatch Address 10.0.0.0/8\nMaxSessions 0',
    'everywhere',
    [
      '10.0.0.0/16',
      '10.2.0.0/15',
      '10.4.0.0/14',
      '10.8.0.0/13',
      '10.16.0.0/12',
      '10.32.0.0/11',
      '10.64.0.0/10',
      '10.128.0.0/9',
    ],
  ],
  ['AllowUsers alice@192.168.1.0/24 bob', ['192.168.1.0/24'], []],
  ['AllowUsers alice@192.168.0.0/16,!192.168.7.0/24', ['192.168.0.0/16'], ['192.168.7.0/24']],
  ['DenyUsers alice@10.0.0.0/8', 'everywhere', ['10.0.0.0/8']],
  ['', ['192.0.2.0/24'], ['192.0.2.7'], { options: 'from="192.0.2.0/24,!192.0.2.7" ' }],
  ['', 'everywhere', ['10.0.0.0/8'], { options: 'from="*,!10.0.0.0/8" ' }],
  ['Match LocalAddress 127.0.0.1\nMaxSessions 0', 'everywhere', []],
  ['Match RDomain mgmt\nMaxSessions 0', 'everywhere', []],
  ['Match Version OpenSSH_9*\nMaxSessions 0', 'everywhere', []],
  ['AddressFamily inet6\nMatch Address 0.0.0.0/0\nMaxSessions 0', ['::/0'], []],
]
for (const [config, from, except, planted] of networks) {
  test(`where the key is good: ${config.replaceAll('\n', '; ')} ${planted?.options ?? ''}`, () => {
    const { keys, sshd } = alice(config, planted)
    assert.equal(sshd.refused, undefined)
    assert.equal(spelledReach(keys[0]?.from ?? []), { from, except })
    assert.equal(findings(config, planted), [])
  })
}

const shut: readonly (readonly [config: string, because: string, Planted?])[] = [
  ['Match LocalPort 22\nMaxSessions 0', 'MaxSessions'],
  ['Match LocalPort ssh\nMaxSessions 0', 'MaxSessions'],
  ['Match LocalAddress *\nMaxSessions 0', 'MaxSessions'],
  ['Match RDomain *\nMaxSessions 0', 'MaxSessions'],
  ['Match Version OpenSSH_10*\nMaxSessions 0', 'MaxSessions'],
  ['Match Address *\nMaxSessions 0', 'MaxSessions'],
  ['AllowUsers mallory', 'AllowUsers'],
  ['PerSourceMaxStartups 5\nPerSourceMaxStartups 0', 'PerSourceMaxStartups', { release: 'bookworm' }],
  ['ForceCommand none # or is it', 'ForceCommand'],
  [
    'Match User alice\nAuthenticationMethods publickey\nMatch all\nAuthenticationMethods any',
    'ends the connection',
    { release: 'bookworm' },
  ],
]
for (const [config, because, planted] of shut) {
  test(`shut: ${config.replaceAll('\n', '; ')}`, () => {
    assert.match(alice(config, planted).sshd.refused ?? '', because)
    assert.equal(findings(config, planted), [])
  })
}

test('a key that no client can use is refused, and says why', () => {
  assert.equal(alice('', { options: 'from="*.example.org" ' }).keys[0]?.from, [])
  assert.match(alice('', { options: 'frm="10.0.0.1" ' }).keys[0]?.refused ?? '', 'frm')
  assert.match(alice('Match User alice\nRevokedKeys none').keys[0]?.refused ?? '', 'RevokedKeys')
  assert.is(alice('RevokedKeys none').keys[0]?.refused, undefined)
})

test('a file of keys that sshd does not read counts only if it is the only one', () => {
  const second = { '/home/alice/.ssh/authorized_keys2': { text: `${KEYS.bob}\n`, uid: 1500, mode: 0o666 } }
  const facts = alice('', { files: second })
  assert.equal([facts.keys.length, facts.strictModes], [1, undefined])
  const only = alice('AuthorizedKeysFile .ssh/authorized_keys2', { files: second })
  assert.match(only.strictModes ?? '', 'others may write')
})

test('OpenSSH 10 takes a name of a file of keys for a pattern, OpenSSH 9.2 does not', () => {
  const files = { '/etc/keys/alice.1': `${KEYS.alice}\n` }
  const of = (release: Release) => alice('AuthorizedKeysFile /etc/keys/%u.*', { files, release }).keys.length
  assert.equal([of('trixie'), of('bookworm')], [1, 0])
})

const at = (line: number) => `/etc/ssh/sshd_config:${line}`
const found: readonly (readonly [config: string, expected: string[], Planted?])[] = [
  ['Frobnicate yes', [`ACC015 ${at(4)}`]],
  ['Match Address 10.0.0.1/8', [`ACC015 ${at(4)}`]],
  ['Subsystem sftp a\nSubsystem sftp b', [`ACC015 ${at(5)}`], { release: 'bookworm' }],
  ['Subsystem sftp a\nSubsystem sftp b', []],
  [
    'AuthenticationMethods publickey\nMatch User bob\nAuthenticationMethods any',
    [`ACC015 ${at(6)}`],
    { release: 'bookworm' },
  ],
  ['AuthenticationMethods publickey\nMatch User bob\nAuthenticationMethods any', []],
  ['AuthenticationMethods password', [`ACC015 ${at(4)}`]],
  ['AuthenticationMethods password publickey', []],
  ['AuthorizedKeysCommand /usr/bin/keys', [`ACC015 ${at(4)}`]],
  ['HostKey /etc/ssh/no_such', [`ACC015 ${at(4)}`]],
  ['HostKey /etc/ssh/no_such\nHostKey /etc/ssh/ssh_host_ed25519_key', []],
  ['ListenAddress router.lan', [`ACC015 ${at(4)}`]],
  ['ListenAddress 192.0.2.1', [`ACC050 ${at(4)}`]],
  ['ListenAddress 192.0.2.1\nListenAddress [2001:db8::1]:22', [`ACC050 ${at(4)}`, `ACC050 ${at(5)}`]],
  ['ListenAddress 192.0.2.1\nListenAddress 0.0.0.0', []],
  ['ListenAddress 127.0.0.1', []],
  ['ListenAddress 0.0.0.0\nAddressFamily inet6', [`ACC015 ${at(4)}`]],
  ['Include /etc/ssh/extra', [`ACC015 ${at(4)}`], { files: { '/etc/ssh/extra': { link: '/nowhere' } } }],
  ['Include /etc/ssh/extra', [`ACC015 ${at(4)}`], { files: { '/etc/ssh/extra': { link: '/etc/ssh/extra' } } }],
  ['Include /etc/ssh/extra', [], { files: { '/etc/ssh/extra': { link: '/dev/null' } } }],
  ['Include /etc/ssh/extra /no/such/*.conf', []],
  ['Include /etc', []],
  ['SshdSessionPath /no/such', [`ACC015 ${at(4)}`]],
  ['SshdSessionPath /bin/bash', [`ACC050 ${at(4)}`]],
  ['AuthorizedKeysCommand /usr/bin/keys\nAuthorizedKeysCommandUser nobody', [`ACC050 ${at(4)}`]],
  ['AuthorizedKeysCommand none', []],
  ['TrustedUserCAKeys /etc/ssh/ca.pub', []],
  ['TrustedUserCAKeys /etc/ssh/ca.pub', [`ACC050 ${at(4)}`], { files: { '/etc/ssh/ca.pub': KEYS.bob } }],
  ['HostbasedAuthentication yes', [`ACC050 ${at(4)}`]],
  ['HostbasedAuthentication yes\nAuthenticationMethods publickey', []],
  ['GSSAPIAuthentication yes', []],
  ['GSSAPIAuthentication yes', [`ACC050 ${at(4)}`], { files: { '/etc/krb5.keytab': 'x' } }],
  ['KerberosAuthentication yes', [], { files: { '/etc/krb5.conf': 'x' } }],
  ['StrictModes no', [`ACC050 ${at(4)}`]],
  ['PidFile /run/other.pid', []],
  ['PidFile /etc/passwd', [`ACC050 ${at(4)}`]],
  [`VersionAddendum ${'x'.repeat(300)}`, [`ACC050 ${at(4)}`]],
  ['', ['ACC050 /home/alice/.ssh/authorized_keys:1'], { options: 'cert-authority ' }],
  ['Match LocalAddress 192.0.2.1\nMaxSessions 0', [`ACC050 ${at(4)}`]],
  ['Match LocalAddress 192.0.2.1\nX11Forwarding no', []],
  ['Match LocalAddress 192.0.2.1 User mallory\nPasswordAuthentication yes', [`ACC050 ${at(4)}`]],
  ['UseDNS yes\nMatch Host *.example.org\nMaxSessions 0', [`ACC050 ${at(5)}`]],
  ['UseDNS yes\nDenyUsers alice@*.example.org', [`ACC050 ${at(5)}`]],
  ['Match Address 10.*.1.1\nMaxSessions 0', [`ACC050 ${at(4)}`]],
  ['Match Version "OpenSSH_10.0p2 Debian-7"\nMaxSessions 0', [`ACC050 ${at(4)}`]],
]
for (const [config, expected, planted] of found) {
  test(`${expected.join(' ') || 'nothing'}: ${config.slice(0, 60).replaceAll('\n', '; ')}`, () => {
    assert.equal(findings(config, planted), expected)
  })
}

test('sshd needs its own account', () => {
  const device = deviceWith('')
  const passwd = device.accounts.passwd.filter(({ name }) => name !== 'sshd')
  const [finding] = sshdConfiguration({ ...device, accounts: { ...device.accounts, passwd } })
  assert.match(finding?.because ?? '', 'no user sshd')
})

test('somebody else: by password, by a file of keys for everybody, and to run one command too', () => {
  const others = (config: string, files: Record<string, Sketch> = {}) =>
    accountFacts(deviceWith(config, { files }))
      .filter(({ wanted }) => !wanted)
      .map(({ name, keys, sshd: { refused, password } }) => [name, keys.length > 0, password, refused === undefined])
  assert.equal(others(''), [['mallory', false, false, true]])
  assert.equal(others('Match User mallory\nPasswordAuthentication yes'), [['mallory', false, true, true]])
  assert.equal(others('ForceCommand /usr/bin/git-shell\nMatch User mallory\nPasswordAuthentication yes'), [
    ['mallory', false, true, true],
  ])
  assert.equal(others('AuthorizedKeysFile /etc/keys\nPermitRootLogin no', { '/etc/keys': KEYS.bob }), [
    ['root', true, false, false],
    ['mallory', true, false, true],
  ])
})

test('with two ports, somebody else comes on either', () => {
  const config = 'Port 22\nPort 2222\nMatch LocalPort 2222\nPasswordAuthentication yes'
  const facts = accountFacts(deviceWith(config))
  assert.equal(
    facts.map(({ name, sshd }) => [name, sshd.password]),
    [
      ['alice', false],
      ['mallory', true],
    ],
  )
})

for (const { title, options } of everySample()) {
  test(`${title}: nothing is found after a plan`, () => {
    for (const profile of ['standard', 'strict', 'cis']) {
      const { verdict } = compiled(sound({ ...smallSpec(), profile }), samplePiOs(options))
      const codes = [...verdict.unproved, ...verdict.open].map(({ code }) => code)
      assert.equal(
        codes.filter((code) => code === 'ACC050' || code === 'ACC015'),
        [],
      )
      assert.equal(verdict.lockouts, [])
    }
  })
}
