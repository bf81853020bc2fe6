import { StartError } from './errors.ts'
import { compiled } from './regex-syntax.ts'

/** Groups of which one must be there, in the expression or in the one before it (failregex.py, FAILURE_ID_PRESENTS). */
const IDENTIFIERS = ['fid', 'ip4', 'ip6', 'dns', 'mlfid']

/**
 * The names of the groups of an expression of a filter.
 *
 * @throws StartError with fail2ban's words when Python does not compile it (failregex.py, `Regex`)
 */
export function groupsOf(text: string, usesDns: boolean): ReadonlySet<string> {
  const source = resolved(text, usesDns)
  if (source.trim() === '') throw new StartError('Cannot add empty regex')
  const found = compiled(source.replace(/(?<!\\)\((?:\?:)?(\(\?[a-z]+)\)/g, '$1:'))
  if ('error' in found) throw new StartError(`Unable to compile regular expression '${text}':\n${found.error}`)
  return found.names
}

/** An expression that finds who failed has to say who it was. */
export function assertFindsHost(text: string, groups: ReadonlySet<string>, before: ReadonlySet<string>): void {
  if (IDENTIFIERS.some((name) => groups.has(name) || before.has(name))) return
  throw new StartError(`No failure-id group in '${text}'`)
}

// failregex.py, R_HOST and RH4TAG.
const IP4 = String.raw`(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})`
const IP6 = `(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|::){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):))`
const DNS = String.raw`(?P<dns>[\w\-.^_]*\w)`
const CIDR = String.raw`(?P<cidr>\d+)`
const ADDRESS = String.raw`\[?(?:${IP4}|${IP6})\]?`
const SUBNET = String.raw`\[?(?:${IP4}|${IP6})(?:/${CIDR})?\]?`

const TAGS: Readonly<Record<string, string>> = {
  IP4,
  'F-IP4/': IP4,
  IP6,
  'F-IP6/': IP6,
  ADDR: ADDRESS,
  'F-ADDR/': ADDRESS,
  CIDR,
  'F-CIDR/': CIDR,
  SUBNET,
  'F-SUBNET/': SUBNET,
  DNS,
  'F-DNS/': DNS,
  'F-ID/': String.raw`(?P<fid>\S+)`,
  'F-PORT/': String.raw`(?P<fport>\w+)`,
}

/** Tags of fail2ban as the groups that they stand for (failregex.py, `_resolveHostTag`). */
function resolved(text: string, usesDns: boolean): string {
  const open = new Set<string>()
  let lines = 0
  return text.replace(/<\/?[\w-]+\/?>/g, (tag) => {
    const name = tag.slice(1, -1)
    if (name === 'HOST') return usesDns ? `(?:${ADDRESS}|${DNS})` : ADDRESS
    if (name === 'SKIPLINES') return String.raw`\n(?P<skiplines${lines++}>(?:(?:.*\n)*?))`
    if (TAGS[name] !== undefined) return TAGS[name]
    const [, slash, custom = ''] = /^(\/?)F-([A-Z0-9_-]+)$/.exec(name) ?? []
    if (slash === undefined) return tag
    if (slash === '/') return open.has(custom) ? ')' : tag
    open.add(custom)
    return `(?P<${{ ID: 'fid', PORT: 'fport' }[custom] ?? custom.toLowerCase()}>`
  })
}
