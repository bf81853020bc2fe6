import { PackageError } from './errors.ts'

/** Addresses without the logins in them, and those as lines for auth.conf (apt_auth.conf(5)). */
export interface Addresses {
  readonly uris: readonly string[]
  /** Empty: no address has a login. */
  readonly auth: string
}

/**
 * Takes logins out of addresses: an argument of a program can be read by every user of this machine.
 *
 * @throws PackageError when auth.conf cannot hold one
 */
export function withoutLogins(uris: readonly string[]): Addresses {
  const lines = new Set<string>()
  const plain = uris.map((uri) => {
    const [, scheme, login, rest] = /^([a-z+]+:\/\/)([^\s/]*)@(.*)$/.exec(uri) ?? []
    if (scheme === undefined || login === undefined || rest === undefined) return uri
    const [user = '', ...password] = login.split(':')
    lines.add(`machine ${scheme}${rest.split('/')[0]} login ${word(user)} password ${word(password.join(':'))}\n`)
    return `${scheme}${rest}`
  })
  return { uris: plain, auth: [...lines].join('') }
}

function word(encoded: string): string {
  const text = decoded(encoded)
  if (text !== undefined && text !== '' && !/[\s"\\]/.test(text)) return text
  throw new PackageError(
    'a login in an address of an archive is empty or not encoded, or holds a blank, a quote or a backslash',
    {
      hint: 'auth.conf of apt cannot hold such a one',
    },
  )
}

/** Undefined: its percent signs stand for no character. */
function decoded(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
