import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { EncodeError } from '../../../src/base/encode/encode.ts'
import { keyfile, pskValue, ssidValue } from '../../../src/base/encode/keyfile.ts'
import { network } from '../../../src/core/controls/network.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { AUTHORITY, CERTIFICATE, PRIVATE_KEY } from '../../support/certificates.ts'
import { problemsOf, runControl, secondRunDiffers } from '../../support/control.ts'
import { textOf, write } from '../../support/edit.ts'
import { everySample } from '../../support/samples.ts'
import { HASH, KEYS, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('network')

const USER = `version: 1\nusers:\n  - { name: alice, passwordHash: "${HASH}", authorizedKeys: ["${KEYS.alice}"] }\n`
const specWith = (wifi: string) => specOf(`${USER}network: { wifi: ${wifi} }\n`, { psk: 'correct horse #1\n' })
const KIT = '{ country: AT, networks: [{ ssid: kit, pskFile: psk }] }'
const lite = () => samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })

/** What wpa_passphrase(8) makes of that passphrase and the name. */
const KEY = '4642baf5d0b5fe1aeaccd09973d9fe5b6926cf07ae77c880acdb12f9227de861'

const PROFILE = '/etc/NetworkManager/system-connections/pibake-kit.nmconnection'

for (const { title, options } of everySample()) {
  test(`${title}: the radio is on in its country and knows the network`, () => {
    const image = samplePiOs(options)
    const result = runControl(network, specWith(KIT), image)
    const { root, boot } = result.target
    assert.equal(problemsOf(result), [])
    const entry = root.lstat(PROFILE)
    assert.is(entry?.kind === 'file' && entry.mode, 0o600)
    assert.match(
      textOf(root, PROFILE),
      new RegExp(`^ssid=kit\n\n\\[wifi-security\\]\nkey-mgmt=wpa-psk\npsk=${KEY}\n`, 'm'),
    )
    assert.is(textOf(root, '/var/lib/NetworkManager/NetworkManager.state'), '[main]\nWirelessEnabled=true\n')
    assert.is(
      textOf(boot, '/cmdline.txt'),
      textOf(image.boot, '/cmdline.txt').replace('\n', ' cfg80211.ieee80211_regdom=AT\n'),
    )
    assert.equal(secondRunDiffers(network, specWith(KIT), result), [])
  })
}

/** The files that hold a text, and whether each is a secret. */
function holding(text: string, wifi: string) {
  const { operations } = runControl(network, specWith(wifi), lite())
  return [...operations.values()].flatMap((o) =>
    o.kind === 'file' && new TextDecoder().decode(o.content).includes(text) ? [[o.path, o.secret]] : [],
  )
}
const kit = (own: string) => `{ country: AT, networks: [{ ssid: kit, ${own} }] }`

test('the key of WPA2 is in one secret operation, and the passphrase nowhere', () => {
  assert.equal(holding(KEY, KIT), [[PROFILE, true]])
  assert.equal(holding('correct horse', KIT), [])
})

test('WPA3 has the passphrase itself, in one secret operation, and the plan says so', () => {
  for (const [security, key] of [
    ['wpa3', 'sae'],
    ['wpa2-wpa3', 'wpa-psk'],
  ] as const) {
    const wifi = kit(`pskFile: psk, security: ${security}`)
    assert.equal(holding('correct horse', wifi), [[PROFILE, true]])
    const { target, contribution } = runControl(network, specWith(wifi), lite())
    assert.match(
      textOf(target.root, PROFILE),
      new RegExp(`\\n\\[wifi-security\\]\\nkey-mgmt=${key}\\npsk=correct horse #1\\n`),
    )
    assert.match(contribution.notes?.[0]?.message ?? '', /^the passphrase of 'kit' is stored as it is/)
  }
})

test('a key of 64 digits stays what it is', () => {
  const key = 'A'.repeat(64)
  const spec = specOf(`${USER}network: { wifi: ${KIT} }\n`, { psk: `${key}\n` })
  const { target, contribution } = runControl(network, spec, lite())
  assert.match(textOf(target.root, PROFILE), new RegExp(`^psk=${key}$`, 'm'))
  assert.equal(contribution.notes, [])
})

test('an enhanced open network has no password, and a warning', () => {
  const { target, contribution } = runControl(network, specWith(kit('security: owe')), lite())
  assert.match(textOf(target.root, PROFILE), /\n\[wifi-security\]\nkey-mgmt=owe\n\n/)
  assert.match(contribution.notes?.[0]?.message ?? '', /whoever opens a network of this name/)
})

test('a priority stands in the profile, and the usual one does not', () => {
  const profile = (own: string) => textOf(runControl(network, specWith(kit(own)), lite()).target.root, PROFILE)
  assert.match(profile('pskFile: psk, priority: -7'), /^type=wifi\nautoconnect-priority=-7\n/m)
  assert.not.match(profile('pskFile: psk'), /autoconnect/)
})

const EAP_FILES = {
  psk: 'pass\\word\n',
  'ca.pem': `A comment\n${AUTHORITY}`,
  'own.pem': CERTIFICATE,
  'own.key': PRIVATE_KEY,
}
const withEap = (eap: string) => specOf(`${USER}network: { wifi: ${kit(`eap: { ${eap} }`)} }\n`, EAP_FILES)
const CERTS = '/etc/NetworkManager/pibake-certs'

test('a log-in by a password names the authority that the server is checked by', () => {
  const spec = withEap(
    'method: peap, identity: kit@example.org, passwordFile: psk, caFile: ca.pem, domain: example.org',
  )
  const first = runControl(network, spec, lite())
  assert.equal(problemsOf(first), [])
  const { root } = first.target
  assert.is(
    /\[wifi-security\]\n[\s\S]*?(?=\n\n\[ipv4\])/.exec(textOf(root, PROFILE))?.[0],
    [
      '[wifi-security]',
      'key-mgmt=wpa-eap',
      '',
      '[802-1x]',
      'eap=peap;',
      'identity=kit@example.org',
      `ca-cert=${CERTS}/pibake-kit-ca.pem`,
      'domain-suffix-match=example.org',
      'phase2-auth=mschapv2',
      'password=pass\\\\word',
    ].join('\n'),
  )
  assert.is(textOf(root, `${CERTS}/pibake-kit-ca.pem`), AUTHORITY, 'the certificate alone')
  assert.equal(secondRunDiffers(network, spec, first), [])
  // Its files go with it.
  assert.equal(runControl(network, specWith(KIT), first.target).target.root.list(CERTS), [])
  assert.equal(runControl(network, specOf(USER), first.target).target.root.list(CERTS), [])
})

test('a log-in by a key has the key in a secret file of its own', () => {
  const spec = withEap(
    'method: tls, identity: kit, caFile: ca.pem, certificateFile: own.pem, keyFile: own.key, anonymousIdentity: x',
  )
  const { target, operations, contribution } = runControl(network, spec, lite())
  const key = operations.get(`root:${CERTS}/pibake-kit-key.pem`)
  assert.ok(key?.kind === 'file' && key.secret === true && key.mode === 0o600)
  assert.is(textOf(target.root, `${CERTS}/pibake-kit-key.pem`), PRIVATE_KEY)
  assert.match(textOf(target.root, PROFILE), /^eap=tls;\nidentity=kit\nanonymous-identity=x\nca-cert=/m)
  assert.match(textOf(target.root, PROFILE), /^private-key-password-flags=4\n\n\[ipv4\]/m)
  assert.equal(contribution.notes, [])
})

test('another country takes the place of the one before, and networks that are gone go', () => {
  const first = runControl(network, specWith(KIT), lite())
  const second = runControl(network, specWith('{ country: DE, networks: [{ ssid: lab, pskFile: psk }] }'), first.target)
  assert.match(textOf(second.target.boot, '/cmdline.txt'), / cfg80211\.ieee80211_regdom=DE\n$/)
  assert.not.match(textOf(second.target.boot, '/cmdline.txt'), /regdom=AT/)
  assert.equal(second.target.root.list('/etc/NetworkManager/system-connections'), ['pibake-lab.nmconnection'])
})

test("the owner's own profiles, and what else the state file says, stay", () => {
  const image = lite()
  write(image.root, '/etc/NetworkManager/system-connections/office.nmconnection', '[connection]\n')
  write(image.root, '/var/lib/NetworkManager/NetworkManager.state', '[main]\nWWANEnabled=true\nWirelessEnabled=false\n')
  write(image.root, '/var/lib/systemd/rfkill/platform-soc:wlan', '1\n')
  const { root } = runControl(network, specWith(KIT), image).target
  assert.ok(root.lstat('/etc/NetworkManager/system-connections/office.nmconnection'))
  assert.is(
    textOf(root, '/var/lib/NetworkManager/NetworkManager.state'),
    '[main]\nWWANEnabled=true\nWirelessEnabled=true\n',
  )
  assert.is(textOf(root, '/var/lib/systemd/rfkill/platform-soc:wlan'), '0\n')
  assert.is(textOf(root, '/var/lib/systemd/rfkill/platform-soc:bluetooth'), '0\n')
})

test('an open network has no security section, and a warning', () => {
  const { target, contribution } = runControl(
    network,
    specWith('{ country: AT, networks: [{ ssid: kit, hidden: true }] }'),
    lite(),
  )
  assert.not.match(textOf(target.root, PROFILE), /wifi-security|psk/)
  assert.match(textOf(target.root, PROFILE), /^ssid=kit\nhidden=true$/m)
  assert.equal(
    contribution.notes?.map(({ severity }) => severity),
    ['warning'],
  )
})

test('an image without NetworkManager is told', () => {
  const image = lite()
  const status = textOf(image.root, '/var/lib/dpkg/status')
  write(image.root, '/var/lib/dpkg/status', status.replace('Package: network-manager\n', 'Package: ifupdown\n'))
  assert.equal(problemsOf(runControl(network, specWith(KIT), image)), ['NET023 network.wifi'])
})

test('a name that has no form in a profile is told', () => {
  const spec = specWith(KIT)
  const networks = (spec.network.wifi?.networks ?? []).map((one) => ({ ...one, ssid: 'x'.repeat(33) }))
  const result = runControl(
    network,
    { ...spec, network: { ...spec.network, wifi: { country: 'AT', networks } } },
    lite(),
  )
  assert.equal(problemsOf(result), ['NET022 network.wifi.networks[0].ssid'])
})

test('without Wi-Fi in the spec the image keeps its radio as it is', () => {
  assert.equal([...runControl(network, specOf(USER), lite()).operations], [])
})

/** How GLib reads the value of a line (gkeyfile.c: spaces before it are dropped, then escapes are resolved). */
function readBack(line: string): string {
  const escapes: Record<string, string> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' }
  return line.trim().replace(/\\(.)/g, (_, letter) => {
    const meant = escapes[letter]
    if (meant === undefined) throw new Error(`GLib knows no \\${letter}`)
    return meant
  })
}

test('every passphrase that WPA allows is read back as it was', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)),
    minLength: 8,
    maxLength: 63,
  })
  fc.assert(fc.property(printable, (psk) => readBack(keyfile(pskValue(psk))) === psk))
})

test('every network name is read back as it was, as text or as bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 32 }), (ssid) => {
      const bytes = Buffer.from(ssid)
      fc.pre(bytes.length <= 32 && bytes.toString() === ssid)
      const value = keyfile(ssidValue(ssid))
      const list = /^(\d{1,3};)+$/.test(value)
      assert.equal(list ? Buffer.from(value.split(';').slice(0, -1).map(Number)) : Buffer.from(readBack(value)), bytes)
    }),
  )
})

test('what breaks out of its line is refused', () => {
  for (const value of ['a\nb', 'a\rb', 'a\0b', 'a\u202eb', 'a\u2028b']) {
    assert.throws(
      () => keyfile(value),
      (error: unknown) => error instanceof EncodeError,
    )
  }
  for (const psk of ['short', 'x'.repeat(64), 'eight\nch', 'pässword']) {
    assert.throws(
      () => pskValue(psk),
      (error: unknown) => error instanceof EncodeError,
    )
  }
})

const wiredSpec = (wired: object[]) => specOf({ ...smallSpec(), network: { wired } })
const CABLE = '/etc/NetworkManager/system-connections/pibake-wired.eth0.nmconnection'

for (const { title, options } of everySample()) {
  test(`${title}: a connection by cable has its addresses, and goes with its key`, () => {
    const ipv4 = {
      method: 'manual',
      addresses: ['192.0.2.10/24'],
      gateway: '192.0.2.1',
      dns: ['192.0.2.1', '192.0.2.2'],
    }
    const spec = wiredSpec([{ interface: 'eth0', ipv4, ipv6: { method: 'disabled' } }])
    const first = runControl(network, spec, samplePiOs(options))
    assert.equal(problemsOf(first), [])
    const entry = first.target.root.lstat(CABLE)
    assert.is(entry?.kind === 'file' && entry.mode, 0o600)
    assert.match(
      textOf(first.target.root, CABLE),
      /^type=ethernet\ninterface-name=eth0\n\n\[ethernet\]\n\n\[ipv4\]\nmethod=manual\naddress1=192\.0\.2\.10\/24\ngateway=192\.0\.2\.1\ndns=192\.0\.2\.1;192\.0\.2\.2;\n\n\[ipv6\]\nmethod=disabled\n$/m,
    )
    assert.equal(secondRunDiffers(network, spec, first), [])
    assert.is(runControl(network, wiredSpec([]), first.target).target.root.read(CABLE), undefined)
  })
}

test('a cable and a network of the same name have profiles and numbers of their own', () => {
  const spec = specOf(`${USER}network: { wired: [{ interface: eth0 }], wifi: ${kit('pskFile: psk')} }\n`, {
    psk: 'correct horse\n',
  })
  const names = {
    ...spec,
    network: { ...spec.network, wifi: { country: 'AT', networks: [...(spec.network.wifi?.networks ?? [])] } },
  }
  const other = { ...names.network.wifi.networks[0], ssid: 'wired-eth0' } as (typeof names.network.wifi.networks)[0]
  names.network.wifi.networks.push(other)
  const { root } = runControl(network, names, lite()).target
  const profiles = root.list('/etc/NetworkManager/system-connections')
  assert.equal([...profiles].sort(), [
    'pibake-kit.nmconnection',
    'pibake-wired-eth0.nmconnection',
    'pibake-wired.eth0.nmconnection',
  ])
  const numbers = profiles.map(
    (name) => /^uuid=(.*)$/m.exec(textOf(root, `/etc/NetworkManager/system-connections/${name}`))?.[1],
  )
  assert.is(new Set(numbers).size, 3)
})
