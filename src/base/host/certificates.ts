import { createPrivateKey, X509Certificate } from 'node:crypto'

/** What an X.509 certificate says, as far as it matters here. */
export interface Certificate {
  /** In PEM, without what else stood in its file. */
  readonly pem: string
  /** It may sign others (basicConstraints, RFC 5280). */
  readonly isAuthority: boolean
  /** Its common name, else the whole name of its owner. */
  readonly name: string
  /** Seconds since 1970 after which it is no longer valid. */
  readonly validTo: number
}

/** @param pem one certificate; undefined: it cannot be read */
export function readCertificate(pem: string): Certificate | undefined {
  const certificate = parsed(pem)
  if (certificate === undefined) return undefined
  const { subject, ca, validTo } = certificate
  return {
    pem: certificate.toString(),
    isAuthority: ca,
    name: /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.split('\n').join(', '),
    validTo: Date.parse(validTo) / 1000,
  }
}

/** Whether a private key in PEM, without a passphrase, is the one of a certificate; undefined: it cannot be read. */
export function isKeyOf(certificate: string, key: string): boolean | undefined {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return undefined
  }
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
