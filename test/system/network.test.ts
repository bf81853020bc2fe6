import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { network } from '../../src/core/controls/network.ts'
import { AUTHORITY, CERTIFICATE, PRIVATE_KEY } from '../support/certificates.ts'
import { contextOf } from '../support/control.ts'
import { smallSpec, sound } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'

const test = suite('Wi-Fi profiles as NetworkManager reads them')

const ascii = (from: number) => fc.integer({ min: from, max: 126 }).map((code) => String.fromCharCode(code))
const ssids = fc
  .oneof(
    fc.string({ unit: ascii(32), minLength: 1, maxLength: 32 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  )
  .filter((ssid) => Buffer.byteLength(ssid) <= 32)
const psks = fc.string({ unit: ascii(32), minLength: 8, maxLength: 63 })

const FILES = { psk: 'correct horse', 'ca.pem': AUTHORITY, 'own.pem': CERTIFICATE, 'own.key': PRIVATE_KEY }

/** The profile of a network as it stands in a spec, and the files that it names. */
function partOf(own: object, files = FILES) {
  const wifi = { country: 'AT', networks: [{ ssid: 'kit', ...own }] }
  const { spec } = sound({ ...smallSpec(), network: { wifi } }, files)
  const part = network.compile(contextOf(spec, { packages: new Map([['network-manager', '1']]) }))
  assert.equal(part.problems ?? [], [])
  const written = (part.operations ?? []).filter((operation) => operation.kind === 'file')
  const profile = written.find(({ path }) => path.endsWith('.nmconnection'))
  return {
    profile: new TextDecoder().decode(profile?.content),
    files: written.filter(({ path }) => path.startsWith('/etc/NetworkManager/pibake-certs/')),
  }
}

const CERTS = '/etc/NetworkManager/pibake-certs/pibake-kit'
const CHECKED = { identity: 'kit@example.org', caFile: 'ca.pem', domain: 'radius.example.org' }
const checked = {
  'wifi-sec.key-mgmt': 'wpa-eap',
  '802-1x.identity': 'kit@example.org',
  '802-1x.ca-cert': `${CERTS}-ca.pem`,
  '802-1x.domain-suffix-match': 'radius.example.org',
}
/** What stands in a spec, and the settings (nm-settings-nmcli(5)) that it means. */
const securities: readonly { own: object; means: Readonly<Record<string, string>> }[] = [
  { own: { security: 'owe' }, means: { 'wifi-sec.key-mgmt': 'owe' } },
  {
    own: { security: 'wpa3', pskFile: 'psk', priority: -7 },
    means: { 'wifi-sec.key-mgmt': 'sae', 'wifi-sec.psk': 'correct horse', 'connection.autoconnect-priority': '-7' },
  },
  {
    own: { eap: { ...CHECKED, method: 'peap', passwordFile: 'psk' } },
    means: { ...checked, '802-1x.eap': 'peap', '802-1x.phase2-auth': 'mschapv2', '802-1x.password': 'correct horse' },
  },
  {
    own: {
      security: 'wpa3',
      eap: {
        identity: 'kit',
        anonymousIdentity: 'anonymous',
        method: 'ttls',
        inner: 'pap',
        passwordFile: 'psk',
        systemCa: true,
        domain: 'example.org',
      },
    },
    means: {
      'wifi-sec.key-mgmt': 'wpa-eap',
      'wifi-sec.pmf': '3',
      '802-1x.eap': 'ttls',
      '802-1x.phase2-auth': 'pap',
      '802-1x.anonymous-identity': 'anonymous',
      '802-1x.system-ca-certs': 'yes',
    },
  },
  {
    own: { eap: { ...CHECKED, method: 'tls', certificateFile: 'own.pem', keyFile: 'own.key' } },
    means: {
      ...checked,
      '802-1x.eap': 'tls',
      '802-1x.client-cert': `${CERTS}-client.pem`,
      '802-1x.private-key-password-flags': '4',
    },
  },
]

/** The line of a profile that a setting is written to. */
function lineOf(setting: string): RegExp {
  return new RegExp(`^${setting.replace(/^[\w-]+\./, '')}=.`, 'm')
}

for (const release of releases) {
  let root: string
  test.before(() => {
    root = scratch(debianRoot(release, 'lite'))
  })
  test.after(() => discard(root))

  const profileOf = (ssid: string, psk: string) => {
    // With security: wpa2 it would be the key that is made of the passphrase.
    return partOf({ hidden: true, security: 'wpa2-wpa3', ssid, pskFile: 'psk' }, { ...FILES, psk }).profile
  }
  /** nmcli reads a profile on stdin and writes it in its own hand: what changes there was not understood. */
  const asNetworkManager = (profile: string, ...change: string[]) =>
    runIn(root, ['nmcli', '--offline', 'connection', 'modify', ...change], { input: profile })

  test(`${release}: name and password are understood as they were meant`, () => {
    const odd: [string, string][] = [
      ['kit', 'correct horse'],
      [' lead and trail ', '  spaces  '],
      ['49;50;51;', 'a;b;c;d;e'],
      ['back\\slash', 'back\\slash\\s'],
      ['Küche ☕', '#no comment'],
      ['[section]', '[wifi]=1 '],
      ['a=b', '"quoted"\''],
    ]
    for (const [ssid, psk] of [...odd, ...fc.sample(fc.tuple(ssids, psks), { numRuns: 25, seed: 7 })]) {
      const profile = profileOf(ssid, psk)
      // The same profile, written by NetworkManager itself from the values.
      const meant = asNetworkManager(profile, 'wifi.ssid', ssid, 'wifi-sec.psk', psk)
      assert.is(asNetworkManager(profile, 'connection.type', '802-11-wireless'), meant, JSON.stringify([ssid, psk]))
      assert.match(meant, /^hidden=true$/m)
      assert.match(meant, /^key-mgmt=wpa-psk$/m)
    }
  })

  test(`${release}: every security is one that NetworkManager knows, with all that is said of it`, () => {
    for (const { own, means } of securities) {
      const { profile, files } = partOf(own)
      for (const { path, content } of files) {
        mkdirSync(join(root, dirname(path)), { recursive: true })
        writeFileSync(join(root, path), content)
      }
      // What is set once more is what is there: nothing is lost or added by NetworkManager's own hand.
      const read = asNetworkManager(profile, 'connection.id', 'pibake-kit')
      assert.is(asNetworkManager(profile, ...Object.entries(means).flat()), read, JSON.stringify(own))
      for (const setting of Object.keys(means)) assert.match(read, lineOf(setting), `${setting} of ${read}`)
    }
  })

  test(`${release}: the key made of a passphrase is the one that OpenSSL makes`, () => {
    const key = /^psk=(.*)$/m.exec(partOf({ pskFile: 'psk' }).profile)?.[1]
    const derived = ['digest:SHA1', 'pass:correct horse', 'salt:kit', 'iter:4096'].flatMap((one) => ['-kdfopt', one])
    const made = runIn(root, ['openssl', 'kdf', '-keylen', '32', ...derived, 'PBKDF2'])
    assert.is(made.trim().replaceAll(':', '').toLowerCase(), key)
  })
}
