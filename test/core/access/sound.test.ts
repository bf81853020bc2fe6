import * as assert from 'uvu/assert'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { outcomeOf } from '../../support/plan.ts'
import { HASH, KEYS, type LooseSpec, smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

/** Specs that people will write and that work: none may be refused, and each must be told its way in. */
const test = suite('sound specs')

type Case = [title: string, change: (spec: LooseSpec) => void, behaviour?: Behaviour]

const user =
  (change: (user: LooseSpec) => void) =>
  (spec: LooseSpec): void =>
    change(spec.users[0])
const set = (values: object) => (spec: LooseSpec) => Object.assign(spec, values)

const settings = (values: Record<string, string>) => set({ ssh: { settings: values } })

const cases: Case[] = [
  ['the smallest', () => {}, 'bookworm-2023'],
  ['the smallest', () => {}, 'bookworm-2025'],
  ['the smallest', () => {}, 'trixie-2025-10'],
  ['the smallest', () => {}, 'trixie-2025-11'],
  ['the smallest', () => {}, 'trixie-2026'],
  ['the strict profile', set({ profile: 'strict' })],
  ['the strict profile', set({ profile: 'strict' }), 'bookworm-2025'],
  ['the cis profile', set({ profile: 'cis' })],
  ['the cis profile', set({ profile: 'cis' }), 'bookworm-2025'],
  ['keys only, sudo without a password', user((u) => Object.assign(u, { sudo: 'nopasswd', passwordHash: undefined }))],
  ['keys only, no sudo at all', user((u) => Object.assign(u, { sudo: 'none', passwordHash: undefined }))],
  [
    'a password login',
    (s) => {
      s.ssh = { passwordAuthentication: true }
      s.users[0].authorizedKeys = []
    },
  ],
  ['another port, the default rule follows', set({ ssh: { port: 2222 } })],
  ['another port with a rule of its own', set({ ssh: { port: 2222 }, firewall: { rules: ['limit 2222/tcp'] } })],
  ['SSH from the LAN only', set({ firewall: { rules: ['allow from 192.168.0.0/16 to any port 22 proto tcp'] } })],
  ['SSH on one interface', set({ firewall: { rules: ['allow in on eth0 to any port 22 proto tcp'] } })],
  ['SSH by its application profile', set({ firewall: { rules: ['allow OpenSSH'] } })],
  ['SSH in a range of ports', set({ firewall: { rules: ['allow 20:30/tcp'] } })],
  ['SSH in a list of ports', set({ firewall: { rules: ['allow 22,80,443/tcp'] } })],
  [
    'one address kept out before everybody is let in',
    set({ firewall: { rules: ['deny from 203.0.113.7', 'allow ssh'] } }),
  ],
  ['no firewall', set({ firewall: { enabled: false } })],
  ['an open policy', set({ firewall: { incoming: 'allow', rules: [] } })],
  [
    'a key bound to a network that the firewall admits',
    (s) => {
      s.users[0].authorizedKeys = [{ key: KEYS.alice, from: ['192.0.2.16/28'] }]
      s.firewall = { rules: ['allow from 192.0.2.0/24 to any port 22 proto tcp'] }
    },
  ],
  ['a user bound to a network', set({ ssh: { allowUsers: ['alice@192.168.1.0/24'] } })],
  ['a key that expires later', user((u) => (u.authorizedKeys = [{ key: KEYS.alice, expires: '2030-01-01' }]))],
  [
    'an expired key beside a good one',
    user((u) => (u.authorizedKeys = [{ key: KEYS.bob, expires: '2031-01-01' }, KEYS.alice])),
  ],
  ['a second user without sudo', (s) => s.users.push({ name: 'bob', authorizedKeys: [KEYS.bob], sudo: 'none' })],
  ['two admins', (s) => s.users.push({ name: 'bob', authorizedKeys: [KEYS.bob], passwordHash: HASH })],
  ['the stock account is kept', set({ defaultUser: 'keep' }), 'bookworm-2025'],
  ['the stock account is locked', set({ defaultUser: 'lock' }), 'bookworm-2025'],
  ['the owner takes the stock account over', (s) => Object.assign(s.users[0], { name: 'pi' })],
  ['the home of the stock account goes too', set({ removeHome: true })],
  ['SSH is off, a password at the console', set({ ssh: { enabled: false } })],
  ['no brute-force guard', set({ fail2ban: { enabled: false } })],
  ['no updates', set({ updates: { firstBoot: 'none', unattended: false, sshServerDaily: false } })],
  ['X11 forwarding for a desktop user', set({ ssh: { settings: { X11Forwarding: 'yes' } } })],
  ['one session, one try', settings({ MaxSessions: '1', MaxAuthTries: '1' })],
  ['few connections at once', settings({ MaxStartups: '3:50:10', PerSourceMaxStartups: '2' })],
  ['no limit for an address', settings({ PerSourceMaxStartups: 'none' })],
  ['confined to everything', settings({ ChrootDirectory: '/' })],
  [
    'no command, no directory, no revoked keys',
    settings({ ForceCommand: 'none', ChrootDirectory: 'none', RevokedKeys: 'none' }),
  ],
  [
    'a list of revoked keys that holds another',
    (s) => {
      s.ssh = { settings: { RevokedKeys: '/etc/revoked' } }
      s.files = [{ path: '/etc/revoked', content: `# lost\n${KEYS.bob}\n`, mode: '0644', owner: 'root', group: 'root' }]
    },
  ],
  ['MACs that nobody offers, beside ciphers that need none', settings({ MACs: 'hmac-md5' })],
  ['longer RSA keys, and the owner’s is none', settings({ RequiredRSASize: '4096' })],
  [
    'one cipher, one MAC, one key exchange',
    settings({ Ciphers: 'aes256-ctr', MACs: 'hmac-sha2-256', KexAlgorithms: 'curve25519-sha256' }),
  ],
  [
    'algorithms taken away',
    settings({ Ciphers: '-*-cbc,aes128-*', HostKeyAlgorithms: 'ssh-ed25519', MACs: '-umac-*' }),
  ],
  ['IPv4 only', settings({ AddressFamily: 'inet', ListenAddress: '0.0.0.0' })],
  [
    'IPv6 only, and so is the firewall’s rule',
    (s) => {
      s.ssh = { settings: { AddressFamily: 'inet6' } }
      s.firewall = { rules: ['allow from 2001:db8::/32 to any port 22 proto tcp'] }
    },
  ],
  ['no terminal', settings({ PermitTTY: 'no' })],
  ['principals for certificates that nobody has', settings({ AuthorizedPrincipalsFile: '/etc/nothing' })],
  ['FIDO keys have to be touched', settings({ PubkeyAuthOptions: 'touch-required' })],
  [
    'a key and then the password',
    set({ ssh: { passwordAuthentication: true, settings: { AuthenticationMethods: 'publickey,password' } } }),
  ],
  [
    'forwarding, variables, traffic',
    settings({
      PermitOpen: 'localhost:80 [::1]:*',
      PermitListen: '8080',
      SetEnv: 'A=b',
      IPQoS: 'ef cs1',
      RekeyLimit: '1G 1h',
    }),
  ],
  [
    'penalties',
    settings({ PerSourcePenalties: 'authfail:5s max:10m', PerSourcePenaltyExemptList: '192.168.0.0/16,fe80::/10' }),
    'trixie-2026',
  ],
  [
    'a hostname, a place, a language',
    set({ device: { hostname: 'kit-07', timezone: 'Europe/Vienna', locale: 'en_GB.UTF-8', keyboard: 'gb' } }),
  ],
  ['Wi-Fi with a key', set({ network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'wifi.psk' }] } } })],
  ['Wi-Fi and Bluetooth off', set({ hardware: { wifi: 'off', bluetooth: 'off' } })],
  ['USB storage blocked', set({ hardware: { usbStorage: 'block' } })],
  ['services off', set({ services: { disable: ['avahi-daemon'], mask: ['bluetooth'] } })],
  [
    'a file of the owner',
    set({ files: [{ path: '/etc/motd', content: 'kit 07\n', mode: '0644', owner: 'root', group: 'root' }] }),
  ],
  ['few groups', user((u) => (u.groups = ['gpio', 'i2c']))],
  ['names with underscore and digits', user((u) => (u.name = 'kit_07-a'))],
]

for (const [title, change, behaviour] of cases) {
  test(`${title}${behaviour === undefined ? '' : ` (${behaviour})`}`, () => {
    const spec = smallSpec()
    change(spec)
    const { exit, problems, verdict } = outcomeOf(spec, behaviour === undefined ? {} : { behaviour })
    const errors = problems.filter((problem) => problem.severity === 'error')
    assert.is(exit, 0, JSON.stringify([errors, verdict?.lockouts]))
    assert.ok((verdict?.ways.length ?? 0) > 0, 'no way in is told')
    if (spec.defaultUser !== 'keep') assert.equal(verdict?.intruders, [])
  })
}

test('there are at least thirty of them', () => {
  assert.ok(cases.length >= 30, String(cases.length))
})
