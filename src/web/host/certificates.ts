import { TargetError } from '../../base/errors.ts'
import type { Certificate } from '../../base/host/certificates.ts'

/** A browser has nothing that reads X.509 certificates: a spec that names some is for the program. */
function unreadable(): never {
  throw new TargetError('a page cannot read the certificates that the spec names', {
    hint: 'the pibake program can: pibake bake SPEC BASE -o OUT',
  })
}

export function readCertificate(_pem: string): Certificate | undefined {
  return unreadable()
}

export function isKeyOf(_certificate: string, _key: string): boolean | undefined {
  return unreadable()
}
