import type { Origin } from '../../base/report/origin.ts'
import type { AccountLedger } from '../../device/formats/account-ledger.ts'
import { type Operation, remove } from '../plan/operation.ts'
import type { Context } from './control.ts'

/** What a user leaves outside of the account files and the home; deluser(8) leaves most of it behind. */
const TRACES = ['/var/mail', '/var/spool/cron/crontabs', '/var/lib/systemd/linger', '/var/lib/AccountsService/users']

/** Takes a user out of the account files; what else bears the name goes too, the home only when asked. */
export function removeUser(
  { inventory, spec }: Context,
  ledger: AccountLedger,
  user: { readonly name: string; readonly home: boolean; readonly origin: Origin },
): Operation[] {
  const { name, origin } = user
  const home = ledger.get('passwd', name)?.[5]
  if (home === undefined) return []
  ledger.removeUser(name)
  const paths = TRACES.map((folder) => `${folder}/${name}`)
  // Never a home that is somebody else's too, or that is not a home at all (`/`, `/nonexistent`).
  const others = [...(ledger.files.get('passwd')?.entries() ?? []).map((fields) => fields[5] as string)]
  const shared = [...others, ...spec.users.map((owner) => `/home/${owner.name}`)].some(
    (other) => other === home || other.startsWith(`${home}/`),
  )
  if (user.home && !shared && /^\/home\/[^/]+$/.test(home)) paths.push(home)
  return paths.filter((path) => inventory.root.lstat(path) !== undefined).map((path) => remove(path, { origin }))
}

/**
 * Shuts an account without taking it away: no password, no shell, and expired since 1970, which is what also stops its
 * keys under `UsePAM yes` (pam_unix refuses an expired account; a locked password alone would not).
 */
export function lockUser(ledger: AccountLedger, name: string, origin: Origin): void {
  const passwd = ledger.get('passwd', name)
  const shadow = ledger.get('shadow', name)
  if (passwd === undefined || shadow === undefined) return
  ledger.set('passwd', [...passwd.slice(0, 6), '/usr/sbin/nologin'], origin)
  const password = shadow[1] as string
  const locked = password.startsWith('!') ? password : `!${password}`
  ledger.set('shadow', [name, locked, ...shadow.slice(2, 7), '1', ''], origin)
}
