import { passwordOf, shadowOf } from '../../formats/password.ts'
import type { Answer, Module, Transaction } from '../transaction.ts'

/** pam_unix (passverify.c, pam_unix_auth.c, pam_unix_acct.c). */
export const unix: Module = {
  auth: authenticate,
  account: ({ accounts, user, today }) => accountState(shadowOf(accounts, user), today),
  session: () => ({ codes: ['success'] }),
}

function authenticate(
  { accounts, user, password, refusesEmptyPasswords }: Transaction,
  args: readonly string[],
): Answer {
  const state = passwordOf(accounts, user)
  // Its arguments are known by their beginning: Debian's old `nullok_secure` is `nullok`.
  const takesEmpty = args.some((arg) => arg.startsWith('nullok')) && !refusesEmptyPasswords
  if (state === 'empty' && takesEmpty) return { codes: ['success'], because: 'it takes an empty password (nullok)' }
  if (state !== 'usable' || password === 'wrong') {
    return { codes: ['auth_err'], because: `the account has no password that pam_unix takes` }
  }
  // Whether a module before it has asked for the password is for that module to decide.
  return args.includes('use_first_pass')
    ? { codes: ['success', 'auth_err'], because: 'pam_unix asks for no password itself (use_first_pass)' }
    : { codes: ['success'] }
}

/** check_shadow_expiry; a number that cannot be read is as one that is not there (getspnam(3)). */
function accountState(shadow: ReturnType<typeof shadowOf>, today: number): Answer {
  if (shadow === 'missing') {
    return { codes: ['authinfo_unavail'], because: 'the account is not in /etc/shadow' }
  }
  if (shadow === undefined) return { codes: ['success'] }
  const [lastChange, , longest, , inactive, expires] = shadow.rest.map((field) => (field === '' ? -1 : Number(field)))
  const at = { file: '/etc/shadow', line: undefined }
  if (reached(expires, today)) return { codes: ['acct_expired'], at, because: 'the account has expired' }
  if (lastChange === 0) return { codes: ['new_authtok_reqd'], at, because: 'a new password is demanded' }
  if (lastChange === undefined || lastChange < 0 || today < lastChange || longest === undefined || longest < 0) {
    return { codes: ['success'] }
  }
  const age = today - lastChange
  if (inactive !== undefined && inactive >= 0 && age >= longest + inactive) {
    return { codes: ['authtok_expired'], at, because: 'the password has been expired for too long' }
  }
  return age >= longest
    ? { codes: ['new_authtok_reqd'], at, because: 'the password is too old, and a new one is demanded' }
    : { codes: ['success'] }
}

function reached(day: number | undefined, today: number): boolean {
  return day !== undefined && day >= 0 && today >= day
}
