import { expiredBy } from '../../../device/formats/certificates.ts'
import type { Rule } from './rule.ts'

/** An authority that has expired proves nothing. */
export const authoritiesAreStillValid: Rule = {
  reads: ['device'],
  check({ spec, today }, report) {
    const seen = new Set<string>()
    for (const [i, certificates] of spec.device.caCertificates.entries()) {
      const path = ['device', 'caCertificates', i]
      const old = expiredBy(certificates, today)
      if (old !== undefined) report.error('NET011', path, `the certificate of ${old.name} has expired`)
      for (const { name, pem } of certificates) {
        if (seen.has(pem)) report.warning('SPC011', path, `the certificate of ${name} is listed twice`)
        seen.add(pem)
      }
    }
  },
}
