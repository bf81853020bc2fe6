import * as assert from 'uvu/assert'
import { AUTHORITY, CERTIFICATE, PRIVATE_KEY } from '../../support/certificates.ts'
import { parse, smallSpec, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('checks of wireless networks')

const FILES = {
  psk: 'correct horse\n',
  key: `${'0f'.repeat(32)}\n`,
  empty: '\n',
  'ca.pem': AUTHORITY,
  'own.pem': CERTIFICATE,
  'own.key': PRIVATE_KEY,
}

/** `CODE key` of each error of a network. */
function errorsOf(network: object, today = TODAY): string[] {
  const spec = { ...smallSpec(), network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', ...network }] } } }
  const prefix = 'network.wifi.networks.0.'
  return parse(spec, FILES, today)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, path }) => `${code} ${path.join('.').replace(prefix, '')}`)
}

const PEAP = { method: 'peap', identity: 'kit', passwordFile: 'psk', caFile: 'ca.pem' }
const TLS = { method: 'tls', identity: 'kit', caFile: 'ca.pem', certificateFile: 'own.pem', keyFile: 'own.key' }

test('each security has the password that it asks for', () => {
  const sound = [
    {},
    { security: 'open' },
    { security: 'owe' },
    { pskFile: 'psk' },
    { pskFile: 'key' },
    ...['wpa2', 'wpa2-wpa3', 'wpa3'].flatMap((security) => [
      { security, pskFile: 'psk' },
      { security, eap: PEAP },
    ]),
    { security: 'wpa2', pskFile: 'key', priority: 999 },
  ]
  for (const network of sound) assert.equal(errorsOf(network), [], JSON.stringify(network))
})

const wrong: [network: object, errors: string[]][] = [
  [{ security: 'wpa2' }, ['NET009 security']],
  [{ security: 'wpa3' }, ['NET009 security']],
  [{ security: 'open', pskFile: 'psk' }, ['NET009 security']],
  [{ security: 'owe', eap: PEAP }, ['NET009 security']],
  [{ security: 'wpa3', pskFile: 'key' }, ['NET009 pskFile']],
  [{ security: 'wpa2-wpa3', pskFile: 'key' }, ['NET009 pskFile']],
  [{ pskFile: 'psk', eap: PEAP }, ['NET009 eap']],
  [{ security: 'wep' }, ['SPC004 security']],
  [{ priority: 1000 }, ['NET013 priority']],
  [{ priority: 0.5 }, ['NET013 priority']],
  [{ eap: { ...PEAP, identity: '' } }, ['NET012 eap.identity']],
  [{ eap: { ...PEAP, passwordFile: undefined } }, ['NET012 eap']],
  [{ eap: { ...PEAP, passwordFile: 'empty' } }, ['NET012 eap.passwordFile']],
  [{ eap: { ...PEAP, inner: 'pap' } }, ['NET012 eap']],
  [{ eap: { ...PEAP, certificateFile: 'own.pem' } }, ['NET012 eap']],
  [{ eap: { ...TLS, passwordFile: 'psk' } }, ['NET012 eap']],
  [{ eap: { ...TLS, keyFile: undefined } }, ['NET012 eap']],
  [{ eap: { ...TLS, keyFile: 'psk' } }, ['NET012 eap.keyFile']],
  [{ eap: { ...TLS, certificateFile: 'ca.pem' } }, ['NET012 eap.keyFile']],
  [{ eap: { ...TLS, certificateFile: 'own.key' } }, ['NET011 eap.certificateFile']],
  [{ eap: { ...PEAP, caFile: 'own.pem' } }, ['NET011 eap.caFile']],
  [{ eap: { ...PEAP, caFile: undefined } }, ['NET010 eap']],
  [{ eap: { ...PEAP, caFile: undefined, systemCa: true } }, ['NET010 eap']],
  [{ eap: { ...PEAP, systemCa: true, domain: 'radius.example.org' } }, ['NET010 eap']],
]
for (const [network, errors] of wrong) {
  test(`${errors}: ${JSON.stringify(network)}`, () => assert.equal(errorsOf(network), errors))
}

test('public authorities are enough with the name of the server, and pap in the tunnel of ttls', () => {
  const eap = { ...PEAP, caFile: undefined, systemCa: true, domain: 'radius.example.org' }
  assert.equal(errorsOf({ eap }), [])
  assert.equal(errorsOf({ eap: { ...PEAP, method: 'ttls', inner: 'pap' } }), [])
  assert.equal(errorsOf({ eap: TLS }), [])
})

test('certificates that have expired are of no use', () => {
  assert.equal(errorsOf({ eap: TLS }, '2126-11-08'), ['NET011 eap.caFile', 'NET011 eap.certificateFile'])
})
