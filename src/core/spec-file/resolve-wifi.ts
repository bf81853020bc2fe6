import { type Certificate, isKeyOf } from '../../base/host/certificates.ts'
import type { SpecPath } from '../../base/report/report.ts'
import { Secret } from '../../base/secret.ts'
import { type CertificateFault, readAuthorities, readCertificates } from '../../device/formats/certificates.ts'
import { wpaPasswordKind } from '../../device/formats/wpa-key.ts'
import type { References } from './referenced-files.ts'
import type { FilledSpec } from './schema.ts'

type FilledWifi = NonNullable<FilledSpec['network']['wifi']>
type FilledNetwork = FilledWifi['networks'][number]
type FilledEap = NonNullable<FilledNetwork['eap']>

/** The wireless networks of a spec with the files read that they name. */
export function resolveWifi({ country, networks }: FilledWifi, references: References) {
  return {
    country,
    networks: networks.map(({ pskFile, eap, security, ...network }, i) => {
      const place: SpecPath = ['network', 'wifi', 'networks', i]
      const usual = pskFile === undefined && eap === undefined ? 'open' : 'wpa2'
      return {
        ...network,
        security: security ?? usual,
        psk: pskFile === undefined ? undefined : pskIn(pskFile, [...place, 'pskFile'], references),
        eap: eap === undefined ? undefined : resolveEap(eap, [...place, 'eap'], references),
      }
    }),
  }
}

function pskIn(file: string, path: SpecPath, references: References): Secret | undefined {
  const psk = references.secret(file, path)
  if (psk === undefined) return undefined
  if (wpaPasswordKind(psk) === undefined) {
    references.error(
      'NET007',
      path,
      `the content of ${file} is not a WPA passphrase`,
      '8 to 63 characters of ASCII, or 64 hex digits',
    )
  }
  return new Secret(psk)
}

function resolveEap(
  { passwordFile, caFile, certificateFile, keyFile, ...eap }: FilledEap,
  place: SpecPath,
  references: References,
) {
  const certificates = (file: string | undefined, key: string, read: typeof readCertificates) =>
    file === undefined ? undefined : certificatesIn(file, [...place, key], read, references)
  const certificate = certificates(certificateFile, 'certificateFile', readCertificates)
  return {
    ...eap,
    password: passwordFile === undefined ? undefined : passwordIn(passwordFile, [...place, 'passwordFile'], references),
    ca: certificates(caFile, 'caFile', readAuthorities),
    certificate,
    key: keyFile === undefined ? undefined : keyIn(keyFile, certificate?.[0], [...place, 'keyFile'], references),
  }
}

function passwordIn(file: string, path: SpecPath, references: References): Secret | undefined {
  const password = references.secret(file, path)
  if (password === undefined) return undefined
  if (!/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u.test(password)) {
    references.error('NET012', path, `the content of ${file} is not a password: one line of visible characters`)
  }
  return new Secret(password)
}

function certificatesIn(
  file: string,
  path: SpecPath,
  read: (text: string) => readonly Certificate[] | CertificateFault,
  references: References,
): readonly Certificate[] | undefined {
  const text = references.text(file, path)
  if (text === undefined) return undefined
  const found = read(text)
  if (!('message' in found)) return found
  references.error('NET011', path, `${file} ${found.message}`, found.hint)
  return undefined
}

function keyIn(
  file: string,
  certificate: Certificate | undefined,
  path: SpecPath,
  references: References,
): Secret | undefined {
  const key = references.secret(file, path)
  if (key === undefined || certificate === undefined) return undefined
  const isOwn = isKeyOf(certificate.pem, key)
  if (isOwn === undefined) {
    const hint = 'PEM without a passphrase: openssl pkey -in FILE -out FILE.key (umask 077)'
    references.error('NET012', path, `${file} is not a private key that can be read`, hint)
  } else if (!isOwn) {
    const hint = 'the first certificate of certificateFile is the one of the device'
    references.error('NET012', path, `${file} is not the private key of the certificate`, hint)
  }
  return new Secret(key)
}
