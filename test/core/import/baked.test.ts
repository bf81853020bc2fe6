import { pbkdf2Sync } from 'node:crypto'
import * as assert from 'uvu/assert'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { readAccounts } from '../../../src/device/formats/accounts.ts'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { zoneOf } from '../../../src/device/inspect/time-zones.ts'
import { readSshdConfig } from '../../../src/device/sshd/read.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { textOf } from '../../support/edit.ts'
import { compiled } from '../../support/plan.ts'
import { HASH, KEYS, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { alone, secretsOf } from './foreign.ts'

/** What the original would have made of a device: the owner, the names, the networks, the way in. */
interface Device {
  readonly user: string
  /** The field of /etc/shadow; `*` and `!`: no password. */
  readonly hash?: string
  readonly keys?: readonly string[]
  readonly hostname?: string
  readonly zone?: string
  readonly keyboard?: string
  readonly wifi?: { readonly ssid: string; readonly psk: string; readonly country: string; readonly hidden?: true }
  readonly ssh: boolean
  /** Whether sshd takes a password; of no interest where it does not run. */
  readonly passwords?: boolean
}

const PSK = '0123456789abcdef'.repeat(4)

const ORIGINALS: readonly (readonly [name: string, image: Behaviour, device: Device])[] = [
  [
    'firstrun-2.0-password.sh',
    'bookworm-2025',
    {
      user: 'alice',
      hash: HASH,
      hostname: 'kit-07',
      zone: 'Europe/Vienna',
      keyboard: 'de',
      wifi: { ssid: 'kit net', psk: PSK, country: 'AT' },
      ssh: true,
      passwords: true,
    },
  ],
  [
    'firstrun-2.0-keys.sh',
    'bookworm-2025',
    { user: 'alice', keys: [KEYS.alice, KEYS.bob], ssh: true, passwords: false },
  ],
  [
    'firstrun-hidden-quoted.sh',
    'trixie-2025-10',
    { user: 'bob', hash: HASH, wifi: { ssid: "it's mine", psk: PSK, country: 'GB', hidden: true }, ssh: false },
  ],
  [
    'firstrun-1.8.sh',
    'bookworm-2023',
    { user: 'alice', hash: HASH, keys: [KEYS.alice], hostname: 'pi4', ssh: true, passwords: false },
  ],
  [
    'firstrun-1.6.sh',
    'bookworm-2023',
    {
      user: 'pi',
      hash: HASH,
      hostname: 'oldpi',
      zone: 'Europe/Berlin',
      keyboard: 'de',
      wifi: { ssid: 'oldnet', psk: PSK, country: 'DE' },
      ssh: true,
      passwords: true,
    },
  ],
  ['firstrun-nopasswd.sh', 'bookworm-2025', { user: 'alice', hash: HASH, ssh: true, passwords: true }],
  [
    'custom-full.toml',
    'bookworm-2025',
    {
      user: 'alice',
      hash: HASH,
      keys: [KEYS.alice],
      hostname: 'kit-07',
      zone: 'Europe/London',
      keyboard: 'gb',
      wifi: { ssid: 'kit', psk: PSK, country: 'AT' },
      ssh: true,
      passwords: false,
    },
  ],
  ['custom-no-ssh.toml', 'bookworm-2025', { user: 'alice', hash: HASH, hostname: 'quiet', ssh: false }],
  [
    'preseed-full.toml',
    'trixie-2026',
    {
      user: 'alice',
      hash: HASH,
      keys: [KEYS.alice],
      hostname: 'kit-09',
      zone: 'Europe/Vienna',
      keyboard: 'de',
      wifi: { ssid: 'kit', psk: PSK, country: 'AT' },
      ssh: true,
      passwords: false,
    },
  ],
  [
    'user-data-imager-2.0.11.yaml',
    'trixie-2026',
    {
      user: 'alice',
      hash: HASH,
      keys: [KEYS.alice],
      hostname: 'kit-07',
      zone: 'Europe/Vienna',
      keyboard: 'de',
      ssh: true,
      passwords: false,
    },
  ],
  [
    'user-data-imager-2.0.0.yaml',
    'trixie-2025-11',
    { user: 'alice', hash: HASH, hostname: 'kit-08', zone: 'Europe/London', ssh: true, passwords: true },
  ],
  ['user-data-chpasswd-list.yaml', 'trixie-2026', { user: 'pi', hash: HASH, keys: [KEYS.alice], ssh: true }],
  [
    'network-config-hidden',
    'trixie-2026',
    {
      user: 'owner',
      keys: [KEYS.alice],
      wifi: { ssid: 'shy "one"', psk: 'a plain passphrase', country: 'DE', hidden: true },
      ssh: true,
    },
  ],
  ['userconf.txt', 'bookworm-2025', { user: 'alice', hash: HASH, ssh: false }],
  [
    'wpa_supplicant.conf',
    'bookworm-2023',
    { user: 'owner', keys: [KEYS.alice], wifi: { ssid: 'home', psk: 'home sweet home', country: 'GB' }, ssh: true },
  ],
  [
    'dietpi.txt',
    'trixie-2026',
    {
      user: 'dietpi',
      keys: [KEYS.alice, KEYS.bob],
      hostname: 'DietPi',
      zone: 'Europe/London',
      keyboard: 'gb',
      ssh: true,
      passwords: false,
    },
  ],
  ['user-data-plain.yaml', 'trixie-2026', { user: 'dora', hostname: 'plain', ssh: false }],
]

const test = suite('import: baked, and held against what the original would have set')

for (const [name, behaviour, device] of ORIGINALS) {
  test(`${name} on ${behaviour}`, () => {
    const result = alone(name)
    const spec = sound(result.text, secretsOf(result))
    const target = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
    const { plan, problems } = compiled(spec, target)
    assert.equal(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    )
    applyToMemory(target, plan.operations)
    const { root, boot } = target
    const { passwd, shadow } = readAccounts(root)
    const home = passwd.find((entry) => entry.name === device.user)?.home
    assert.is(home, `/home/${device.user}`)
    const field = shadow.find((entry) => entry.name === device.user)?.password ?? ''
    if (device.hash !== undefined) assert.is(field, device.hash)
    if (device.keys !== undefined)
      assert.equal(textOf(root, `${home}/.ssh/authorized_keys`), device.keys.map((key) => `${key}\n`).join(''))
    if (device.hostname !== undefined) assert.is(textOf(root, '/etc/hostname'), `${device.hostname}\n`)
    if (device.zone !== undefined) assert.is(zoneOf(root), device.zone)
    if (device.keyboard !== undefined)
      assert.match(textOf(root, '/etc/default/keyboard'), `XKBLAYOUT="${device.keyboard}"`)
    if (device.wifi !== undefined) {
      const { ssid, psk, country, hidden = false } = device.wifi
      const profiles = root.list(PROFILES).map((file) => textOf(root, `${PROFILES}/${file}`))
      const bytes = [...new TextEncoder().encode(ssid)].map((byte) => `${byte};`).join('')
      const profile = profiles.find((text) => text.includes(`\nssid=${ssid}\n`) || text.includes(`\nssid=${bytes}\n`))
      assert.ok(profile, profiles.join('\n'))
      assert.match(profile ?? '', `\npsk=${keyOf(psk, ssid)}\n`)
      assert.is(/^hidden=true$/m.test(profile ?? ''), hidden)
      assert.match(textOf(boot, '/cmdline.txt'), `cfg80211.ieee80211_regdom=${country}`)
    }
    assert.is(root.lstat('/etc/systemd/system/multi-user.target.wants/ssh.service') !== undefined, device.ssh)
    if (device.ssh && device.passwords !== undefined) {
      const release = behaviour.startsWith('bookworm') ? 'bookworm' : 'trixie'
      const first = readSshdConfig(root, release).directives.find(({ keyword }) => keyword === 'passwordauthentication')
      assert.is(first?.args[0], device.passwords ? 'yes' : 'no')
    }
  })
}

/** Of a passphrase the key alone is on the device (IEEE 802.11, annex J.4). */
function keyOf(psk: string, ssid: string): string {
  return /^[0-9a-f]{64}$/.test(psk) ? psk : pbkdf2Sync(psk, ssid, 4096, 32, 'sha1').toString('hex')
}

const PROFILES = '/etc/NetworkManager/system-connections'
