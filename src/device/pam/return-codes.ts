/** What a PAM module answers, in the order and by the names of Linux-PAM (_pam_types.h, pam_tokens.h). */
export const RETURN_CODES = [
  'success',
  'open_err',
  'symbol_err',
  'service_err',
  'system_err',
  'buf_err',
  'perm_denied',
  'auth_err',
  'cred_insufficient',
  'authinfo_unavail',
  'user_unknown',
  'maxtries',
  'new_authtok_reqd',
  'acct_expired',
  'session_err',
  'cred_unavail',
  'cred_expired',
  'cred_err',
  'no_module_data',
  'conv_err',
  'authtok_err',
  'authtok_recover_err',
  'authtok_lock_busy',
  'authtok_disable_aging',
  'try_again',
  'ignore',
  'abort',
  'authtok_expired',
  'module_unknown',
  'bad_item',
  'conv_again',
  'incomplete',
] as const

export type ReturnCode = (typeof RETURN_CODES)[number]

export function isReturnCode(name: string): name is ReturnCode {
  return (RETURN_CODES as readonly string[]).includes(name)
}
