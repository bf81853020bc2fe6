import type { Accounts, PasswdEntry } from '../../device/formats/accounts.ts'
import { parsePublicKey } from '../../device/formats/public-key.ts'
import { allValues } from '../../device/sshd/all-values.ts'
import { authoritiesIn, principalsOf } from '../../device/sshd/certificates.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import type { SshdEffective } from '../../device/sshd/effective.ts'
import { authorityRefusal } from '../../device/sshd/key-types.ts'
import { revokedBy } from '../../device/sshd/revoked.ts'
import { keysFileRefusal } from '../../device/sshd/strict-modes.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { OfferedKey } from './offered-keys.ts'

/** The authorities whose certificates let an account in, and what sshd makes of them for one client. */
export function offeredCertificates(
  { root, accounts, user }: { readonly root: Tree; readonly accounts: Accounts; readonly user: PasswdEntry },
  sshd: SshdEffective,
): readonly OfferedKey[] {
  const authorities = authoritiesIn(root, sshd.value('TrustedUserCAKeys'))
  if (authorities.length === 0) return []
  const { names, file } = principalsOf(root, user, sshd.value('AuthorizedPrincipalsFile'))
  if (names.length === 0) return []
  const unread = file && keysFileRefusal(root, accounts, user, file, sshd.strictModes)
  return authorities.map(({ type, blob, line }): OfferedKey => {
    const key = parsePublicKey(`${type} ${blob}`)
    return {
      id: `${sshd.value('TrustedUserCAKeys')}:${line}`,
      facts: {
        type,
        fingerprint: 'reason' in key ? `${type} in line ${line}` : key.fingerprint,
        principals: names,
        expires: undefined,
        command: false,
        noTerminal: false,
      },
      refused: 'reason' in key ? key.message : (authorityRefusal(sshd, key) ?? revokedBy(root, sshd, blob)),
      isRead: unread === undefined,
      isFrom: true,
    }
  })
}

/** Whether some connection of an account could come by a certificate. */
export function takesCertificates(root: Tree, config: SshdConfig, user: PasswdEntry): boolean {
  return (
    allValues(config, 'trustedusercakeys').some(({ value }) => authoritiesIn(root, value).length > 0) &&
    allValues(config, 'authorizedprincipalsfile').some(({ value }) => principalsOf(root, user, value).names.length > 0)
  )
}
