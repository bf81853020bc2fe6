import * as assert from 'uvu/assert'
import { wpaKey, wpaPasswordKind } from '../../../src/device/formats/wpa-key.ts'
import { suite } from '../../support/suite.ts'

const test = suite('keys of WPA')

// IEEE 802.11, annex J.4.2: test vectors of the mapping from passphrase to PSK.
for (const [passphrase, ssid, key] of [
  ['password', 'IEEE', 'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e'],
  ['ThisIsAPassword', 'ThisIsASSID', '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af'],
  ['a'.repeat(32), 'Z'.repeat(32), 'becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62'],
] as const) {
  test(`of ${ssid}`, () => assert.is(wpaKey(passphrase, ssid), key))
}

test('a passphrase is 8 to 63 characters, a key 64 digits', () => {
  for (const text of ['8 chars.', '~'.repeat(63)]) assert.is(wpaPasswordKind(text), 'passphrase')
  for (const text of ['0'.repeat(64), 'aF'.repeat(32)]) assert.is(wpaPasswordKind(text), 'key')
  for (const text of ['', 'seven..', 'g'.repeat(64), '0'.repeat(65), 'pässword', 'tab\tword'])
    assert.is(wpaPasswordKind(text), undefined)
})
