import { isInNetwork, isIP } from '../../../base/host/addresses.ts'
import { globInside } from '../../sshd/glob.ts'
import { numberedLines, type SourceLine, textOf } from '../source-lines.ts'
import { type Answer, argument, isMember, type Module, type Transaction } from '../transaction.ts'

/** pam_access (pam_access.c): the first line that fits the user and the place decides; without one everybody gets in. */
export const access: Module = { auth: check, account: check, session: check }

/** Does a token fit? `perhaps`: by a name that only the device's network knows. */
type Fit = 'yes' | 'no' | 'perhaps'

interface Rules {
  readonly fieldSeparators: string
  readonly listSeparators: string
  readonly onlyBracketedGroups: boolean
  readonly resolvesNames: boolean
}

const MAIN = '/etc/security/access.conf'

function check(transaction: Transaction, args: readonly string[]): Answer {
  const { root } = transaction
  const file = argument(args, 'accessfile')
  if (file !== undefined && textOf(root, file) === undefined) {
    return {
      codes: ['abort'],
      at: { file, line: undefined },
      because: 'pam_access is to read this file, which is not there',
    }
  }
  const rules: Rules = {
    fieldSeparators: argument(args, 'fieldsep') ?? ':',
    listSeparators: argument(args, 'listsep') ?? ', \t',
    onlyBracketedGroups: args.includes('nodefgroup'),
    resolvesNames: !args.includes('nodns'),
  }
  const files = file === undefined ? [MAIN, ...globInside(root, '/etc/security/access.d/*.conf')] : [file]
  let doubt: { readonly at: SourceLine; readonly text: string } | undefined
  for (const { text, at } of files.flatMap((path) => numberedLines(root, path))) {
    const rule = parseRule(text, rules)
    if (rule === undefined) continue
    const fit = both(
      listFits(rule.users, (token) => userFits(token, transaction, rules)),
      listFits(rule.origins, (token) => originFits(token, transaction, rules)),
    )
    if (fit === 'no') continue
    if (fit === 'perhaps') doubt ??= { at, text }
    else if (doubt !== undefined) break
    else if (rule.allows) return { codes: ['success'] }
    else return { codes: ['perm_denied'], at, because: `'${text.trim()}' refuses the user` }
  }
  if (doubt === undefined) return { codes: ['success'] }
  const because = `'${doubt.text.trim()}' goes by names that only the device's network knows`
  return { codes: ['success', 'perm_denied'], at: doubt.at, because }
}

function parseRule(text: string, { fieldSeparators, listSeparators }: Rules) {
  if (text.startsWith('#') || text.trim() === '') return undefined
  const isSeparator = (char: string | undefined) => char !== undefined && fieldSeparators.includes(char)
  const fields: string[] = []
  let at = 0
  while (fields.length < 2) {
    while (isSeparator(text[at])) at += 1
    const start = at
    while (at < text.length && !isSeparator(text[at])) at += 1
    if (start === at) return undefined
    fields.push(text.slice(start, at))
    at += 1
  }
  const [permission = '', users = ''] = fields
  const origins = text.slice(at).trimEnd()
  if (!/^[+-]/.test(permission) || origins === '') return undefined
  const words = (list: string) => {
    const found: string[] = []
    let word = ''
    for (const char of list) {
      if (!listSeparators.includes(char)) word += char
      else if (word !== '') {
        found.push(word)
        word = ''
      }
    }
    return word === '' ? found : [...found, word]
  }
  return { allows: permission.startsWith('+'), users: words(users), origins: words(origins) }
}

/** `a b EXCEPT c EXCEPT d`: the first list without what the rest fits. */
function listFits(tokens: readonly string[], fits: (token: string) => Fit): Fit {
  const at = tokens.findIndex((token) => token.toLowerCase() === 'except')
  const own = at === -1 ? tokens : tokens.slice(0, at)
  const some = any(own.map(fits))
  if (some === 'no' || at === -1) return some
  const excepted = listFits(tokens.slice(at + 1), fits)
  return both(some, excepted === 'yes' ? 'no' : excepted === 'no' ? 'yes' : 'perhaps')
}

function userFits(token: string, transaction: Transaction, rules: Rules): Fit {
  const { accounts, user } = transaction
  if (/^\(.+\)$/.test(token)) {
    const name = token.slice(1, -1)
    const byNumber = /^\d+$/.test(name) && accounts.group.find(({ gid }) => gid === Number(name))?.name
    return fitIf(isMember(accounts, user, name) || (typeof byNumber === 'string' && isMember(accounts, user, byNumber)))
  }
  const split = /^(@*[^@]+)@(.+)$/.exec(token)
  // `user@host` is about the name of this device, which may change.
  if (split !== null) return userFits(split[1] as string, transaction, rules) === 'no' ? 'no' : 'perhaps'
  // Raspberry Pi OS has no netgroups.
  if (token.startsWith('@')) return 'no'
  const isNamed = token.toLowerCase() === 'all' || token.toLowerCase() === user.name.toLowerCase()
  // Only Linux-PAM 1.7 takes a number.
  const isNumbered = transaction.release !== 'bookworm' && token === String(user.uid)
  return fitIf(isNamed || isNumbered || (!rules.onlyBracketedGroups && isMember(accounts, user, token)))
}

function originFits(token: string, { root, rhost, tty }: Transaction, rules: Rules): Fit {
  const lower = token.toLowerCase()
  if (token.startsWith('@')) return 'no'
  if (lower === 'all' || lower === (rhost ?? tty).toLowerCase()) return 'yes'
  if (lower === 'local') return fitIf(rhost === undefined)
  if (rhost === undefined) return 'no'
  const [address = '', mask] = token.split('/')
  if (mask !== undefined) return fitIf(inMaskedNetwork(rhost, address, mask))
  if (/^[\d.]+\.$/.test(token)) return fitIf(isIP(rhost) === 4 && `${rhost}.`.startsWith(token))
  if (isIP(token) !== 0) return fitIf(isInNetwork(rhost, token, isIP(token) === 6 ? 128 : 32))
  // sshd gives the address, and not a name (UseDNS no), so no domain fits.
  if (token.startsWith('.') || token.startsWith(':') || !rules.resolvesNames) return 'no'
  return root.lstat(`/dev/${token}`) !== undefined || /^(tty|console|pts\b|hvc|ttyS|ttyAMA)/.test(token)
    ? 'no'
    : 'perhaps'
}

/** `/0` is as no mask at all, and so as the address alone (number_to_netmask). */
function inMaskedNetwork(rhost: string, address: string, mask: string): boolean {
  const family = isIP(address)
  if (family === 0 || isIP(rhost) !== family) return false
  const whole = family === 6 ? 128 : 32
  if (isIP(mask) !== 0) {
    const prefix = prefixOf(mask)
    return prefix !== undefined && isInNetwork(rhost, address, prefix)
  }
  const length = /^(0x[0-9a-f]+|\d+)$/i.test(mask) ? Number(mask.replace(/^0(?=\d)/, '0o')) : Number.NaN
  return length >= 0 && length <= whole && isInNetwork(rhost, address, length === 0 ? whole : length)
}

/** `255.255.255.0` → 24; undefined: bits that do not begin at the left. */
function prefixOf(mask: string): number | undefined {
  const bits = mask
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('')
  return /^1*0*$/.test(bits) ? bits.replace(/0*$/, '').length : undefined
}

function fitIf(condition: boolean): Fit {
  return condition ? 'yes' : 'no'
}

function any(fits: readonly Fit[]): Fit {
  return fits.includes('yes') ? 'yes' : fits.includes('perhaps') ? 'perhaps' : 'no'
}

function both(a: Fit, b: Fit): Fit {
  if (a === 'no' || b === 'no') return 'no'
  return a === 'perhaps' || b === 'perhaps' ? 'perhaps' : 'yes'
}
