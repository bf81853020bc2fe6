import type { SshdEffective } from './effective.ts'

/**
 * With which methods this user gets in. A list of several in AuthenticationMethods must be passed to its end: a key and
 * then the password is a way by key for who has both; the same method twice wants two different keys.
 */
export function methodsOf(
  sshd: SshdEffective,
  user: { readonly uid: number },
  hasPassword: boolean,
): { keys: boolean; password: boolean } {
  const lists = sshd.authenticationMethods.map((list) => list.map((method) => method.replace(/:pam$/, '')))
  const passwords = [
    ...(sshd.passwordAuthentication ? ['password'] : []),
    ...(sshd.kbdInteractiveAuthentication && sshd.usePam ? ['keyboard-interactive'] : []),
  ]
  const byPassword = (list: readonly string[]) => list.every((method) => passwords.includes(method))
  const byKey = (list: readonly string[]) => {
    const others = list.filter((method) => method !== 'publickey')
    return list.length - others.length === 1 && (others.length === 0 || (hasPassword && byPassword(others)))
  }
  const rootMayUsePassword = user.uid !== 0 || sshd.permitRootLogin === 'yes'
  return {
    keys: sshd.pubkeyAuthentication && (lists.length === 0 || lists.some(byKey)),
    password: passwords.length > 0 && rootMayUsePassword && (lists.length === 0 || lists.some(byPassword)),
  }
}
