import { type AuthorizedKeyEntry, parseAuthorizedKeys } from '../../device/formats/authorized-keys.ts'
import { passwordFault, passwordWeakness } from '../../device/formats/plain-password.ts'
import { type Findings, type Hash, userOf } from './fact.ts'

/** The groups of the stock first user, in the words of Imager and of pi-gen; who has all of these has the spec's `default`. */
const STOCK_GROUPS =
  'adm dialout cdrom audio users sudo video games plugdev input gpio spi i2c netdev render lpadmin'.split(' ')

/** A password hash; locked ones (`!`, `*`) are no key of the spec at all. */
export function takeHash(found: Findings, user: string, hash: string, line: number): void {
  if (hash !== '' && !/^[!*]/.test(hash)) found.set([...userOf(user), 'passwordHash'], hash, line)
}

/** A plain password, of which only the hash goes anywhere. */
export function takePassword(found: Findings, user: string, password: string, line: number, hash: Hash): void {
  const fault = passwordFault(password) ?? passwordWeakness(password, user)
  if (fault === undefined) found.set([...userOf(user), 'passwordHash'], hash(password), line)
  else found.leave(`the password of ${user}`, `${fault}: pibake hash-password makes a hash of another one`, line)
}

/** A line of authorized_keys, its options in the keys of the spec. */
export function takeKey(found: Findings, user: string, text: string, line: number): void {
  if (/^\s*(#|$)/.test(text)) return
  const [entry] = parseAuthorizedKeys(text)
  if (entry === undefined) {
    found.leave(`a key of ${user}`, 'it is not a line of authorized_keys', line)
    return
  }
  const key = [entry.type, entry.blob, entry.comment].filter((part) => part !== '').join(' ')
  const options = optionsOf(entry.options)
  if ('unknown' in options) {
    found.leave(
      `a key of ${user}`,
      `its option ${options.unknown} has no key in a spec; without it, it could do more`,
      line,
    )
    return
  }
  found.add([...userOf(user), 'authorizedKeys'], Object.keys(options).length === 0 ? key : { key, ...options }, line)
}

/** The options of a key as the spec has them; `unknown`: one that it has not. */
function optionsOf(all: AuthorizedKeyEntry['options']): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {}
  for (const { name, value = '' } of all) {
    if (name === 'restrict') options.restrict = true
    else if (name === 'command') options.command = value
    else if (name === 'from') options.from = value.split(',')
    else if (name === 'permitopen') options.permitOpen = [...((options.permitOpen as string[]) ?? []), value]
    else if (name === 'no-touch-required') options.noTouchRequired = true
    else if (name === 'verify-required') options.verifyRequired = true
    else if (name === 'expiry-time' && /^\d{8}(0{4,6})?Z?$/.test(value))
      options.expires = value.replace(/^(\d{4})(\d\d)(\d\d).*$/, '$1-$2-$3')
    else return { unknown: name }
  }
  return options
}

/** `gh:NAME`, `lp:NAME` of ssh-import-id(1). */
export function takeImportId(found: Findings, id: string, line: number): void {
  const [, kind, name] = /^(?:(gh|lp):)?([\w.+-]+)$/.exec(id) ?? []
  if (name === undefined) {
    found.leave(`ssh_import_id ${id}`, 'only gh:NAME and lp:NAME are known', line)
    return
  }
  const entry = kind === 'gh' ? `github: ${name}` : `launchpad: ${name}`
  found.leave(`the keys of ${id}`, `they are fetched once: authorizedKeys with ${entry}, then pibake lock`, line)
}

/** Groups beside an account's own; the stock first user's are the spec's default, and sudo is a key of its own. */
export function takeGroups(found: Findings, user: string, groups: readonly string[], line: number): void {
  const isStock = STOCK_GROUPS.filter((name) => !/^(sudo|lpadmin)$/.test(name)).every((name) => groups.includes(name))
  const others = groups.filter(
    (name) => !/^(sudo|admin|wheel)$/.test(name) && !(isStock && STOCK_GROUPS.includes(name)),
  )
  if (!isStock) for (const name of others) found.add([...userOf(user), 'groups'], name, line)
  else if (others.length > 0) {
    for (const name of [...STOCK_GROUPS.filter((one) => one !== 'sudo' && groups.includes(one)), ...others])
      found.add([...userOf(user), 'groups'], name, line)
  }
}
