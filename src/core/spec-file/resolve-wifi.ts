import { type Certificate, isKeyOf } from '../../base/host/certificates.ts'
import type { SpecPath } from '../../base/report/report.ts'
import { Secret } from '../../base/secret.ts'
import { readAuthorities, readCertificates } from '../../device/formats/certificates.ts'
import { wpaPasswordKind } from '../../device/formats/wpa-key.ts'
import type { FoundSecret, References } from './referenced-files.ts'
import { certificatesIn } from './resolve-certificates.ts'
import type { FilledSpec } from './schema.ts'

type FilledWifi = NonNullable<FilledSpec['network']['wifi']>
type FilledNetwork = FilledWifi['networks'][number]
type FilledEap = NonNullable<FilledNetwork['eap']>

/** The wireless networks of a spec with the files read that they name. */
export function resolveWifi({ country, networks }: FilledWifi, references: References) {
  return {
    country,
    networks: networks.map(({ psk, pskFile, eap, security, ...network }, i) => {
      const place: SpecPath = ['network', 'wifi', 'networks', i]
      const usual = psk === undefined && pskFile === undefined && eap === undefined ? 'open' : 'wpa2'
      return {
        ...network,
        security: security ?? usual,
        psk: pskIn(references.secretOf('psk', { source: psk, file: pskFile }, place), references),
        eap: eap === undefined ? undefined : resolveEap(eap, [...place, 'eap'], references),
      }
    }),
  }
}

function pskIn(psk: FoundSecret | undefined, references: References): Secret | undefined {
  if (psk === undefined) return undefined
  if (wpaPasswordKind(psk.text) === undefined) {
    const hint = '8 to 63 characters of ASCII, or 64 hex digits'
    references.error('NET007', psk.path, `${psk.called} is not a WPA passphrase`, hint)
  }
  return new Secret(psk.text)
}

function resolveEap(
  { password, passwordFile, caFile, certificateFile, key, keyFile, ...eap }: FilledEap,
  place: SpecPath,
  references: References,
) {
  const certificates = (file: string | undefined, key: string, read: typeof readCertificates) =>
    file === undefined ? undefined : certificatesIn(file, [...place, key], read, references)
  const certificate = certificates(certificateFile, 'certificateFile', readCertificates)
  return {
    ...eap,
    password: passwordIn(references.secretOf('password', { source: password, file: passwordFile }, place), references),
    ca: certificates(caFile, 'caFile', readAuthorities),
    certificate,
    key: keyIn(references.secretOf('key', { source: key, file: keyFile }, place), certificate?.[0], references),
  }
}

function passwordIn(password: FoundSecret | undefined, references: References): Secret | undefined {
  if (password === undefined) return undefined
  if (!/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u.test(password.text)) {
    const message = `${password.called} is not a password: one line of visible characters`
    references.error('NET012', password.path, message)
  }
  return new Secret(password.text)
}

function keyIn(
  key: FoundSecret | undefined,
  certificate: Certificate | undefined,
  references: References,
): Secret | undefined {
  if (key === undefined || certificate === undefined) return undefined
  const isOwn = isKeyOf(certificate.pem, key.text)
  if (isOwn === undefined) {
    const hint = 'PEM without a passphrase: openssl pkey -in FILE -out FILE.key (umask 077)'
    references.error('NET012', key.path, `${key.called} is not a private key that can be read`, hint)
  } else if (!isOwn) {
    const hint = 'the first certificate of certificateFile is the one of the device'
    references.error('NET012', key.path, `${key.called} is not the private key of the certificate`, hint)
  }
  return new Secret(key.text)
}
