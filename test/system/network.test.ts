import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { Secret } from '../../src/base/secret.ts'
import { network } from '../../src/core/controls/network.ts'
import { contextOf } from '../support/control.ts'
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

for (const release of releases) {
  let root: string
  test.before(() => {
    root = scratch(debianRoot(release, 'lite'))
  })
  test.after(() => discard(root))

  const profileOf = (ssid: string, psk: string) => {
    const wifi = { country: 'AT', networks: [{ ssid, psk: new Secret(psk), hidden: true }] }
    const packages = new Map([['network-manager', '1']])
    const part = network.compile(contextOf({ network: { wifi } }, { release, packages }))
    assert.equal(part.problems ?? [], [])
    const profile = part.operations?.find(({ path }) => path.endsWith('.nmconnection'))
    assert.ok(profile?.kind === 'file')
    return new TextDecoder().decode(profile?.kind === 'file' ? profile.content : new Uint8Array())
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
}
