import type { SpecPath } from '../../../base/report/report.ts'
import { expiredBy } from '../../../device/formats/certificates.ts'
import type { WifiNetwork } from '../../spec-file/spec.ts'
import type { Rule } from './rule.ts'

type Eap = NonNullable<WifiNetwork['eap']>

/** A log-in by 802.1X has what its method needs, and checks to whom it gives the password. */
export const wifiLogInsAreSafe: Rule = {
  reads: ['network'],
  check({ spec, today }, report) {
    for (const [i, { eap }] of (spec.network.wifi?.networks ?? []).entries()) {
      if (eap === undefined) continue
      const place: SpecPath = ['network', 'wifi', 'networks', i, 'eap']
      const wrong = needs(eap)
      if (wrong !== undefined) report.error('NET012', place, wrong)
      const unchecked = serverFault(eap)
      if (unchecked !== undefined) report.error('NET010', place, unchecked.message, unchecked.hint)
      for (const [key, certificates] of [
        ['caFile', eap.ca],
        ['certificateFile', eap.certificate?.slice(0, 1)],
      ] as const) {
        const old = expiredBy(certificates ?? [], today)
        if (old !== undefined) report.error('NET011', [...place, key], `the certificate of ${old.name} has expired`)
      }
    }
  },
}

function needs({ method, inner, password, certificate, key }: Eap): string | undefined {
  const byKey = certificate !== undefined || key !== undefined
  if (method === 'tls') {
    if (password !== undefined) return 'method: tls takes no passwordFile'
    return certificate === undefined || key === undefined ? 'method: tls needs certificateFile and keyFile' : undefined
  }
  if (byKey) return `method: ${method} takes no certificateFile and no keyFile`
  if (password === undefined) return `method: ${method} needs a passwordFile`
  return method === 'peap' && inner === 'pap' ? 'inner: pap is for method: ttls alone' : undefined
}

/** Whoever opens a network of the same name gets the password of a device that does not check the server. */
function serverFault({ ca, systemCa, domain }: Eap): { message: string; hint: string } | undefined {
  if (ca !== undefined && systemCa) {
    return { message: 'caFile and systemCa exclude each other', hint: 'keep caFile: it trusts fewer' }
  }
  if (ca === undefined && !systemCa) {
    return {
      message: 'the server is not checked: whoever opens a network of this name would get the password',
      hint: 'name the file of its authority: caFile; or systemCa: true with the name of the server: domain',
    }
  }
  return systemCa && domain === undefined
    ? {
        message: 'any server with a certificate of a public authority would get the password',
        hint: 'name the server whose certificate it has to be: domain: radius.example.org',
      }
    : undefined
}
