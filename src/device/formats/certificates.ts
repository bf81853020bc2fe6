import { type Certificate, readCertificate } from '../../base/host/certificates.ts'

/** What is wrong with a file of certificates: a predicate, and how to put it right. */
export interface CertificateFault {
  readonly message: string
  readonly hint: string
}

const PEM = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g

/** The certificates of a file in PEM, at least one, or what is wrong with it. Text around them is passed over, as OpenSSL does. */
export function readCertificates(text: string): readonly Certificate[] | CertificateFault {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return {
      message: 'holds a private key',
      hint: 'give the file of the certificate alone, and replace the key if others saw it',
    }
  }
  const blocks = text.match(PEM) ?? []
  if (blocks.length === 0) {
    return {
      message: 'holds no certificate in PEM',
      hint: 'of a DER file: openssl x509 -inform DER -in FILE -out FILE.pem',
    }
  }
  const read = blocks.map(readCertificate)
  const broken = read.indexOf(undefined)
  if (broken === -1) return read.filter((certificate) => certificate !== undefined)
  return {
    message: `has a certificate that cannot be read (number ${broken + 1} of ${blocks.length})`,
    hint: 'look at it with: openssl x509 -noout -text -in FILE',
  }
}

/** The certificates of a file all of which are those of authorities, or what is wrong with it. */
export function readAuthorities(text: string): readonly Certificate[] | CertificateFault {
  const read = readCertificates(text)
  if ('message' in read) return read
  const other = read.find(({ isAuthority }) => !isAuthority)
  if (other === undefined) return read
  return {
    message: `holds the certificate of ${other.name}, which is not one of an authority (CA)`,
    hint: 'give the certificate that signed it: openssl x509 -noout -issuer -in FILE names it',
  }
}

/** The first certificate that is no longer valid on a day, `YYYY-MM-DD`; of an unknown day none. */
export function expiredBy(certificates: readonly Certificate[], day: string | undefined): Certificate | undefined {
  return day === undefined ? undefined : certificates.find(({ validTo }) => validTo <= Date.parse(day) / 1000)
}
