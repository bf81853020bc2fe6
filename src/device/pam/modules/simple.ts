import { isReturnCode, type ReturnCode } from '../return-codes.ts'
import type { Answer, Judge, Module } from '../transaction.ts'

const answers =
  (...codes: ReturnCode[]): Judge =>
  () => ({ codes })

const deny =
  (code: ReturnCode): Judge =>
  () => ({ codes: [code], because: 'it refuses everybody' })

/**
 * Modules that answer the same whoever comes (the source of each in Linux-PAM 1.5.2 and 1.7.0). Two codes: which one does
 * not matter to whoever stacks it in a usual way.
 */
export const simple: Readonly<Record<string, Module>> = {
  pam_permit: { auth: answers('success'), account: answers('success'), session: answers('success') },
  pam_deny: { auth: deny('auth_err'), account: deny('auth_err'), session: deny('session_err') },
  pam_warn: { auth: answers('ignore'), account: answers('ignore'), session: answers('ignore') },
  pam_echo: {
    auth: answers('success', 'ignore'),
    account: answers('success', 'ignore'),
    session: answers('success', 'ignore'),
  },
  pam_faildelay: { auth: answers('ignore') },
  pam_group: { auth: answers('ignore') },
  pam_issue: { auth: answers('ignore') },
  pam_cap: { auth: answers('success', 'ignore') },
  pam_keyinit: { auth: answers('ignore'), session: answers('success') },
  // For auth and account it goes by when the user was here last (inactive=).
  pam_lastlog: {
    auth: answers('success', 'ignore', 'auth_err'),
    account: answers('success', 'ignore', 'auth_err'),
    session: answers('success'),
  },
  pam_lastlog2: { auth: answers('success'), session: answers('success') },
  pam_loginuid: { account: answers('success'), session: answers('success') },
  pam_mail: { auth: answers('ignore'), session: answers('success', 'ignore') },
  pam_mkhomedir: { session: answers('success') },
  pam_motd: { session: answers('ignore') },
  // No kernel of Raspberry Pi OS has SELinux on.
  pam_selinux: { auth: deny('auth_err'), session: answers('success') },
  pam_systemd: { session: answers('success') },
  pam_umask: { session: answers('success') },
  pam_xauth: { session: answers('success') },
  pam_rootok: { auth: rootOk, account: rootOk },
  pam_debug: { auth: debug('auth'), account: debug('acct'), session: debug('open_session') },
}

function rootOk({ caller }: Parameters<Judge>[0]): Answer {
  return { codes: [caller.uid === 0 ? 'success' : 'auth_err'] }
}

/** It answers what its argument says (pam_debug.c). */
function debug(name: string): Judge {
  return (_, args) => {
    const code = args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
    return { codes: [isReturnCode(code) ? code : 'success'] }
  }
}
