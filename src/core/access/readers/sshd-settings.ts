import { parsePublicKey } from '../../../device/formats/public-key.ts'
import { allValues } from '../../../device/sshd/all-values.ts'
import { authoritiesIn } from '../../../device/sshd/certificates.ts'
import type { SshdConfig } from '../../../device/sshd/config.ts'
import { absolute, entryAt } from '../../../device/sshd/files.ts'
import type { Way } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { isOneAddress } from '../listening.ts'

/** A keyword of sshd with values that pibake cannot judge. */
interface Setting {
  readonly keyword: string
  readonly way: Way
  /** What the value does that cannot be judged; undefined: nothing. */
  readonly judge: (value: string, device: FinishedDevice, config: SshdConfig) => string | undefined
}

const isYes = (value: string) => value.toLowerCase() === 'yes'
const isNone = (value: string) => value.toLowerCase() === 'none'
const exists = ({ root }: FinishedDevice, path: string) => entryAt(root, path) !== undefined

/** What Debian's openssh-server starts for a connection. */
const PROGRAMS = /^\/usr\/lib\/openssh\/sshd-(session|auth)$/

export const settings: readonly Setting[] = [
  {
    keyword: 'AuthorizedKeysCommand',
    way: 'key',
    judge: (value) => (isNone(value) ? undefined : 'a program says which keys are good'),
  },
  {
    keyword: 'TrustedUserCAKeys',
    way: 'key',
    judge: (value, { root, authorities }) =>
      authoritiesIn(root, value).every(({ type, blob }) => {
        const key = parsePublicKey(`${type} ${blob}`)
        return 'fingerprint' in key && authorities.has(key.fingerprint)
      })
        ? undefined
        : 'whoever has a certificate of these authorities gets in',
  },
  {
    keyword: 'AuthorizedPrincipalsCommand',
    way: 'key',
    judge: (value, { root }, config) =>
      isNone(value) || allValues(config, 'trustedusercakeys').every((ca) => authoritiesIn(root, ca.value).length === 0)
        ? undefined
        : 'a program says which names of certificates are good',
  },
  {
    keyword: 'HostbasedAuthentication',
    way: 'ssh',
    judge: (value, _, config) =>
      isYes(value) && isMethod(config, 'hostbased') ? 'whoever has a trusted machine gets in as anybody' : undefined,
  },
  {
    keyword: 'GSSAPIAuthentication',
    way: 'ssh',
    judge: (value, device, config) =>
      isYes(value) && isMethod(config, 'gssapi') && exists(device, '/etc/krb5.keytab')
        ? 'a Kerberos realm says who gets in'
        : undefined,
  },
  {
    keyword: 'KerberosAuthentication',
    way: 'password',
    judge: (value, device, config) =>
      isYes(value) && allows(config, 'passwordauthentication') && exists(device, '/etc/krb5.conf')
        ? 'a Kerberos realm says which password is good'
        : undefined,
  },
  // It is not started again: RestartPreventExitStatus=255 in Debian's ssh.service, and no network is waited for.
  {
    keyword: 'ListenAddress',
    way: 'ssh',
    judge: (_, __, { directives }) =>
      directives.every(({ keyword, args }) => keyword !== 'listenaddress' || isOneAddress(args[0] ?? ''))
        ? 'sshd ends if the device has no such address when it starts'
        : undefined,
  },
  {
    keyword: 'StrictModes',
    way: 'key',
    judge: (value) => (isYes(value) ? undefined : 'whoever can write to a file of keys, or above it, lets himself in'),
  },
  {
    keyword: 'HostKeyAgent',
    way: 'ssh',
    judge: (value, _, config) =>
      isNone(value) || !config.directives.some(({ keyword }) => keyword === 'hostkey')
        ? undefined
        : 'without that agent, sshd may have no host key',
  },
  {
    keyword: 'PidFile',
    way: 'login',
    judge: (value, device) =>
      isNone(value) || /^(\/var)?\/run\//.test(value) || !exists(device, absolute(value))
        ? undefined
        : 'sshd writes over this file of the device',
  },
  // A client may give up on a first line of more than 255 characters (RFC 4253, 4.2).
  {
    keyword: 'VersionAddendum',
    way: 'ssh',
    judge: (value) => (value.length > 200 ? 'clients may give up on a line as long as that' : undefined),
  },
  ...['SshdSessionPath', 'SshdAuthPath'].map(
    (keyword): Setting => ({
      keyword,
      way: 'ssh',
      judge: (value) =>
        PROGRAMS.test(value) ? undefined : 'another program than that of openssh-server lets people in',
    }),
  ),
]

/** Whether some connection may be asked for a method by itself. */
function isMethod(config: SshdConfig, method: string): boolean {
  return allValues(config, 'authenticationmethods').some(
    ({ value = 'any' }) => value === 'any' || value.split(/[ ,]/).some((name) => name.startsWith(method)),
  )
}

function allows(config: SshdConfig, keyword: string): boolean {
  return allValues(config, keyword).some(({ value = 'yes' }) => isYes(value))
}
