import { utf8 } from '../../base/host/bytes.ts'
import type { SpecPath } from '../../base/report/report.ts'
import { type FileOperation, file } from '../plan/operation.ts'
import { Traced } from '../render/render.ts'
import type { WifiNetwork } from '../spec-file/spec.ts'
import type { Context } from './control.ts'

/** Where the certificates and keys lie that profiles of NetworkManager name. */
export const CERTIFICATES = '/etc/NetworkManager/pibake-certs'

/** A line of the section `[802-1x]`. */
interface Line {
  readonly key: string
  readonly value: string | Traced
}

/** What a log-in by 802.1X adds to a profile (nm-settings-keyfile(5)), and the files that it names. */
export interface EapPart {
  readonly lines: readonly Line[]
  readonly files: readonly FileOperation[]
}

/**
 * @param name the profile's, of which its files have theirs
 * @param path the place of `eap` in the spec
 */
export function eapPart(
  { because }: Context,
  eap: NonNullable<WifiNetwork['eap']>,
  name: string,
  path: SpecPath,
): EapPart {
  const pem = (key: string, ending: string, text: string, secret: boolean) => {
    const origin = because([...path, key], FILES[ending as keyof typeof FILES])
    // NetworkManager and wpa_supplicant are root.
    return file(`${CERTIFICATES}/${name}-${ending}.pem`, utf8(text), { mode: 0o600, origin, ...(secret && { secret }) })
  }
  const joined = (certificates: readonly { readonly pem: string }[]) => certificates.map(({ pem }) => pem).join('')
  const ca = eap.ca && pem('caFile', 'ca', joined(eap.ca), false)
  const certificate = eap.certificate && pem('certificateFile', 'client', joined(eap.certificate), false)
  const key = eap.key && pem('key', 'key', `${eap.key.reveal()}\n`, true)
  const line = (key: string, value: string | undefined, specKey: string, reason: string): Line[] =>
    value === undefined ? [] : [{ key, value: new Traced(value, because([...path, specKey], reason)) }]
  return {
    files: [ca, certificate, key].filter((one) => one !== undefined),
    lines: [
      ...line('eap', `${eap.method};`, 'method', 'how the device logs in to the network'),
      ...line('identity', eap.identity, 'identity', 'the name it logs in with'),
      ...line(
        'anonymous-identity',
        eap.anonymousIdentity,
        'anonymousIdentity',
        'the name that everybody near can read',
      ),
      ...line('ca-cert', ca?.path, 'caFile', 'the server has a certificate of this authority'),
      ...line(
        'system-ca-certs',
        eap.systemCa ? 'true' : undefined,
        'systemCa',
        'of any authority that the image trusts',
      ),
      ...line('domain-suffix-match', eap.domain, 'domain', 'the server goes by this name'),
      ...line('client-cert', certificate?.path, 'certificateFile', 'the certificate of the device'),
      ...line('private-key', key?.path, 'key', 'its private key'),
      // 4: there is no passphrase, and nobody is asked for one (NMSettingSecretFlags).
      ...line('private-key-password-flags', key && '4', 'key', 'it has no passphrase'),
      ...line('phase2-auth', eap.method === 'tls' ? undefined : eap.inner, 'inner', 'how the password is sent'),
      ...line('password', eap.password?.reveal(), 'password', 'its password'),
    ],
  }
}

const FILES = {
  ca: 'the authority that signs the certificate of the server',
  client: 'the certificate of the device',
  key: 'the private key of the device',
} as const
