import * as assert from 'uvu/assert'
import { isKeyOf } from '../../../src/base/host/certificates.ts'
import { readAuthorities, readCertificates } from '../../../src/device/formats/certificates.ts'
import { AUTHORITY, CERTIFICATE, PRIVATE_KEY } from '../../support/certificates.ts'
import { suite } from '../../support/suite.ts'

const test = suite('certificates')

const faultOf = (text: string, read: typeof readCertificates = readCertificates) => {
  const found = read(text)
  return 'message' in found ? found.message : 'none'
}

test('every certificate of a file is read, and what stands around them is not', () => {
  const found = readCertificates(`subject=CN = kit-07\r\n${CERTIFICATE.replaceAll('\n', '\r\n')}\n# more\n${AUTHORITY}`)
  assert.ok(!('message' in found))
  assert.equal(
    found.map(({ name, isAuthority, pem }) => [name, isAuthority, pem]),
    [
      ['kit-07', false, CERTIFICATE],
      ['Example Office CA', true, AUTHORITY],
    ],
  )
  assert.is(found[0]?.validTo, Date.parse('2126-11-06T05:47:30Z') / 1000)
})

test('what is not a certificate is said', () => {
  assert.match(faultOf(`${AUTHORITY}${PRIVATE_KEY}`), /private key/)
  assert.match(faultOf('-----BEGIN EC PRIVATE KEY-----\n'), /private key/)
  assert.match(faultOf(''), /no certificate in PEM/)
  assert.match(faultOf('\x30\x82\x01'), /no certificate in PEM/)
  assert.match(faultOf(AUTHORITY.replace('-----END CERTIFICATE-----', '')), /no certificate in PEM/)
  assert.match(faultOf(`${AUTHORITY}${CERTIFICATE.replace('MII', 'AAA')}`), /cannot be read \(number 2 of 2\)/)
})

test('an authority may sign others', () => {
  assert.match(faultOf(`${AUTHORITY}${CERTIFICATE}`, readAuthorities), /of kit-07, which is not one of an authority/)
  assert.is(faultOf(AUTHORITY, readAuthorities), 'none')
})

test('a key belongs to its certificate alone', () => {
  assert.is(isKeyOf(CERTIFICATE, PRIVATE_KEY), true)
  assert.is(isKeyOf(AUTHORITY, PRIVATE_KEY), false)
  assert.is(isKeyOf(CERTIFICATE, 'something else'), undefined)
})
