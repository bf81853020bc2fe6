import { createHash } from 'node:crypto'
import type { MemoryNode, MemoryTree } from '../../../src/storage/tree/memory.ts'
import { KEYS, type LooseSpec } from '../../support/spec.ts'

/** Each secret is this and two digits. */
export const MARK = 'zQ7secret'
const marked = new RegExp(`${MARK}\\d\\d`, 'g')
const s = (number: number) => `${MARK}${String(number).padStart(2, '0')}`
/** Of the form of a SHA512-crypt hash. */
const hash = (number: number) => `$6$salt$${s(number).padEnd(86, 'x')}`
/** 64 hex digits, a raw key of WPA. */
const PSK = '5ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7'

const digests = new Map(
  Array.from({ length: 100 }, (_, i) => s(i)).flatMap((secret) =>
    [secret, `${secret}\n`].flatMap((text) =>
      (['hex', 'base64'] as const).map((form) => [createHash('sha256').update(text).digest(form), secret] as const),
    ),
  ),
)

/** Which secrets a text shows, themselves or by their SHA-256. */
export function isShown(text: string): string[] {
  const found = [...(text.match(marked) ?? []), ...(text.includes(PSK) ? [PSK] : [])]
  const words = text.match(/[0-9a-f]{64}|[A-Za-z0-9+/]{43}=/g) ?? []
  return [...new Set([...found, ...words.flatMap((word) => digests.get(word) ?? [])])]
}

/** What the spec names, each with a secret. */
export const SPEC_FILES: Readonly<Record<string, string>> = {
  'secrets/hash': `${hash(1)}\n`,
  'secrets/psk': `${s(2)}\n`,
  'secrets/raw-psk': `${PSK}\n`,
  'secrets/file': s(3),
  'secrets/group-file': s(4),
  'secrets/for-root': s(18),
  'secrets/for-alice': s(19),
  'secrets/printed': `${s(42)}\n`,
  'secrets/script.sh': `#!/bin/sh\ntoken=${s(5)}\n`,
  'secrets/key': `-----BEGIN OPENSSH PRIVATE KEY-----\n${s(6)}\n-----END OPENSSH PRIVATE KEY-----\n`,
}

/** What the spec takes from the environment. */
export const SPEC_VARIABLES = { KIT_TOKEN: s(43) }

export function secretSpec(): LooseSpec {
  const file = (path: string, mode: string, content: string) => ({ path, mode, content })
  return {
    version: 1,
    device: { hostname: 'kit' },
    users: [
      { name: 'alice', passwordHash: hash(7), authorizedKeys: [KEYS.alice] },
      { name: 'bob', passwordHashFile: 'secrets/hash', authorizedKeys: [KEYS.bob], sudo: 'none' },
    ],
    ssh: { hostKeys: 'bake' },
    network: {
      wifi: {
        country: 'AT',
        networks: [
          { ssid: 'kit', pskFile: 'secrets/psk' },
          { ssid: 'raw', pskFile: 'secrets/raw-psk' },
          { ssid: 'asked', psk: { command: ['cat', 'secrets/printed'] } },
        ],
      },
    },
    files: [
      file('/etc/kit-07.conf', '0600', s(8)),
      file('/etc/kit-08.conf', '0640', `password = ${s(9)}\n`),
      file('/etc/kit-09.conf', '0400', s(10)),
      { path: '/etc/kit-10.conf', mode: '0600', source: 'secrets/file' },
      { path: '/etc/kit-11.conf', mode: '0640', source: 'secrets/group-file' },
      { path: '/etc/kit-12.key', mode: '0600', source: 'secrets/key' },
      file('/root/kit-13.conf', '0644', s(11)),
      file('/home/alice/kit-14.conf', '0644', s(12)),
      { path: '/etc/kit-17.conf', mode: '0600', content: { env: 'KIT_TOKEN' } },
      { path: '/root/kit-15.conf', mode: '0644', source: 'secrets/for-root' },
      { path: '/home/alice/kit-16.conf', mode: '0644', source: 'secrets/for-alice' },
      file('/etc/systemd/system/kit.service.d/token.conf', '0600', `[Service]\nEnvironment=TOKEN=${s(13)}\n`),
      file(
        '/etc/NetworkManager/system-connections/work.nmconnection',
        '0600',
        `[802-1x]\nidentity=${s(14)}\npassword=${s(15)}\nprivate-key-password=${s(16)}\n`,
      ),
      file('/etc/apt/auth.conf.d/kit.conf', '0600', `machine x login y password ${s(17)}\n`),
      // Over a file of the image that not everybody may read.
      file('/etc/was-private.conf', '0644', 'nothing any more\n'),
    ],
    firstBoot: { scripts: ['secrets/script.sh'] },
    packages: { bundle: false },
  }
}

export interface Image {
  readonly partition: 'root' | 'boot'
  readonly path: string
  readonly node: MemoryNode
}

const root = { uid: 0, gid: 0 }
const file = (path: string, text: string, mode = 0o600, partition: 'root' | 'boot' = 'root'): Image => ({
  partition,
  path,
  node: { kind: 'file', content: new TextEncoder().encode(text), mode, ...root },
})

/** What an image may hold, and what others have left for its first start. */
export function IMAGE_SECRETS(sample: MemoryTree): readonly Image[] {
  const own = (path: string) => new TextDecoder().decode(sample.read(path))
  const shadow = own('/etc/shadow').replace(
    /^(pi|root):[^:]*/gm,
    (_, name) => `${name}:${hash(name === 'pi' ? 20 : 21)}`,
  )
  const links = ['ssh/sshd_config.d/z.conf', 'sysctl.d/zz.conf', 'security/limits.d/zz.conf', 'profile.d/zz.sh']
  return [
    file('/etc/shadow', shadow, 0o640),
    file('/etc/gshadow', own('/etc/gshadow').replace(/^sudo:[^:]*/m, `sudo:${hash(22)}`), 0o640),
    file('/etc/was-private.conf', `${s(23)}\n`),
    file('/etc/hosts', `127.0.0.1 localhost\n# ${s(24)}\n127.0.1.1 raspberrypi\n`),
    file('/etc/wpa_supplicant/wpa_supplicant.conf', `network={\n ssid="x"\n psk="${s(25)}"\n}\n`),
    file('/etc/NetworkManager/system-connections/old.nmconnection', `[wifi-security]\npsk=${s(26)}\n`),
    file('/etc/apt/auth.conf', `machine x login y password ${s(27)}\n`),
    file('/etc/apt/sources.list.d/private.list', `deb http://user:${s(28)}@host.example/debian trixie main\n`),
    file('/etc/environment', `TOKEN=${s(29)}\n`),
    file('/etc/systemd/system/ssh.service.d/z.conf', `[Service]\nEnvironment=TOKEN=${s(30)}\n`),
    file('/etc/ssl/private/kit.key', s(31)),
    file('/etc/journal-token', s(32)),
    file('/etc/systemd/journald.conf.d/zz.conf', `[Journal]\nStorage=${s(33)}\n`),
    file('/etc/ufw/sysctl.conf', `kernel/kptr_restrict=${s(34)}\n`),
    file('/userconf.txt', `pi:${hash(35)}\n`, 0o755, 'boot'),
    file('/wpa_supplicant.conf', `network={\n psk="${s(36)}"\n}\n`, 0o755, 'boot'),
    file('/custom.toml', `[user]\nname="pi"\npassword="${s(37)}"\n`, 0o755, 'boot'),
    file('/firstrun.sh', `#!/bin/sh\necho ${s(38)}\n`, 0o755, 'boot'),
    file('/user-data', `#cloud-config\npassword: ${s(39)}\n`, 0o755, 'boot'),
    ...links.map((path): Image => {
      return { partition: 'root', path: `/etc/${path}`, node: { kind: 'symlink', target: '/etc/shadow', ...root } }
    }),
  ].filter(({ path }) => !path.includes('sshd_config.d'))
}

/** A spec as it is written, or what of a sound one is another: of its user, or of itself. */
type Refused = string | { readonly user: object } | { readonly spec: object }

const wifi = (network: object) => ({ network: { wifi: { country: 'AT', networks: [{ ssid: 'x', ...network }] } } })
const extra = (one: object) => ({ files: [{ path: '/etc/x', mode: '0600', content: 'x', ...one }] })

/** Specs that are refused at or beside a secret. */
export const REFUSED_SPECS: readonly (readonly [title: string, refused: Refused])[] = [
  ['a syntax error on its line', `version: 1\nusers:\n  - passwordHash: "${hash(50)}\n    name: alice\n`],
  ['a second colon', `version: 1\nusers: a: ${s(51)}: b\n`],
  ['a key twice', `version: 1\nfiles:\n  - content: ${s(52)}\n    content: ${s(53)}\n    path: /etc/x\n`],
  ['an alias', `version: 1\nusers: *${s(54)}\n`],
  ['an unknown key beside it', { user: { passwordHahs: hash(55) } }],
  ['a password in place of a hash', { user: { passwordHash: s(56) } }],
  ['a hash that is too weak', { user: { passwordHash: `$1$salt$${s(57)}` } }],
  ['a wrong type', { user: { passwordHash: [s(58)] } }],
  ['a password', { user: { password: s(59) } }],
  ['a passphrase in place of its file', { spec: wifi({ pskFile: s(60) }) }],
  ['a passphrase beside its file', { spec: wifi({ psk: s(61) }) }],
  ['a hash in place of its file', { user: { passwordHash: undefined, passwordHashFile: hash(62) } }],
  ['a private key for a public one', { user: { authorizedKeys: [`-----BEGIN OPENSSH PRIVATE KEY-----\n${s(63)}`] } }],
  ['a file with a private key for a public one', { user: { authorizedKeys: [{ file: 'secrets/key' }] } }],
  ['content of a wrong type', { spec: extra({ content: { token: s(65) } }) }],
  ['content beside a wrong mode', { spec: extra({ mode: 'private', content: s(66) }) }],
  ['content of a source that is not there', { spec: extra({ content: s(67), source: 'none' }) }],
  ['a URL with a password', { spec: { packages: { install: [`http://user:${s(68)}@host.example/x.deb`] } } }],
  ['a section in place of a text', { spec: { device: { hostname: { token: s(69) } } } }],
  ['a text in place of a number', { spec: { ssh: { port: s(70) } } }],
  ['a hash on the wrong level', { spec: { passwordHash: hash(71) } }],
  ['no spec at all', `${s(72)}\n`],
]
