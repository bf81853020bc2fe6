import type { SpecPath } from '../../../base/report/report.ts'
import { wpaPasswordKind } from '../../../device/formats/wpa-key.ts'
import type { WifiNetwork } from '../../spec-file/spec.ts'
import type { Rule } from './rule.ts'

/** A network has the password that its security asks for, and no other. */
export const wifiPasswordsFitTheSecurity: Rule = {
  reads: ['network'],
  check({ spec }, report) {
    for (const [i, network] of (spec.network.wifi?.networks ?? []).entries()) {
      const place: SpecPath = ['network', 'wifi', 'networks', i]
      const wrong = mismatch(network)
      if (wrong !== undefined) report.error('NET009', [...place, wrong.key], wrong.message, wrong.hint)
    }
  },
}

interface Mismatch {
  readonly key: string
  readonly message: string
  readonly hint: string
}

function mismatch({ ssid, security, psk, eap }: WifiNetwork): Mismatch | undefined {
  if (psk !== undefined && eap !== undefined) {
    const message = `the network '${ssid}' has both a pskFile and a log-in by eap`
    return { key: 'eap', message, hint: 'keep the one that the network asks for' }
  }
  if (security === 'open' || security === 'owe') {
    if (psk === undefined && eap === undefined) return undefined
    const message = `security: ${security} takes no password, and the network '${ssid}' has one`
    return {
      key: 'security',
      message,
      hint: 'wpa2, wpa2-wpa3 or wpa3, as the access point says; or take the password out',
    }
  }
  if (eap !== undefined) return undefined
  if (psk === undefined) {
    const message = `security: ${security} needs a password, and the network '${ssid}' has none`
    return { key: 'security', message, hint: 'name its file: pskFile; or let it log in by eap' }
  }
  if (security !== 'wpa2' && wpaPasswordKind(psk.reveal()) === 'key') {
    const message = `security: ${security} needs the passphrase of '${ssid}', and pskFile holds the key of 64 digits`
    return { key: 'pskFile', message, hint: 'write the passphrase into the file: WPA3 cannot use a key made for WPA2' }
  }
  return undefined
}
