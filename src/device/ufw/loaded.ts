import type { Family } from '../net/address.ts'
import { type Restored, restore, type Tables } from '../netfilter/restore.ts'
import { chainPrefix } from './lines.ts'

/** What /etc/default/ufw says, as its words are. */
export interface Defaults {
  readonly input: string
  readonly output: string
}

/** A file that ufw-init gives to iptables-restore, and why that refuses it. */
export interface RefusedFile {
  readonly file: string
  readonly line: number
  readonly because: string
}

export interface LoadedTables {
  readonly tables: Tables
  readonly refused: readonly RefusedFile[]
}

const PRIMARY = ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track']
const WAYS = [
  ['INPUT', 'input'],
  ['OUTPUT', 'output'],
] as const

/**
 * The tables that ufw-init start leaves of one family (ufw_start in /usr/lib/ufw/ufw-init-functions of ufw 0.36.2), as
 * far as they concern the device's own packets.
 *
 * @param read the text of a file below /etc/ufw; undefined or empty: ufw-init passes it over
 */
export function loadedTables(
  family: Family,
  defaults: Defaults,
  read: (path: string) => string | undefined,
): LoadedTables {
  const prefix = chainPrefix(family)
  const digit = family === 6 ? '6' : ''
  const refused: RefusedFile[] = []
  let tables: Tables = new Map()
  const give = (text: string, file: string) => {
    const done: Restored = restore(tables, text, file, false)
    tables = done.tables
    if (done.refused !== undefined) refused.push({ file, ...done.refused })
  }
  const own = (lines: readonly string[]) => give(['*filter', ...lines, 'COMMIT'].join('\n'), INIT)
  const file = (name: string): boolean => {
    const path = `/etc/ufw/${name}${digit}.rules`
    const text = read(path)
    if (text === undefined || text === '') return false
    give(text, path)
    return true
  }
  own(WAYS.flatMap(([, way]) => PRIMARY.map((name) => `:${prefix}-${name}-${way} -`)))
  own(WAYS.flatMap(([hook, way]) => PRIMARY.map((name) => `-A ${hook} -j ${prefix}-${name}-${way}`)))
  own(WAYS.flatMap(([hook, way]) => policyRules(`${prefix}`, way, hook === 'INPUT' ? defaults.input : defaults.output)))
  file('before')
  file('after')
  own(WAYS.map(([, way]) => `:${prefix}-user-${way} -`))
  if (file('user')) own(WAYS.map(([, way]) => `-A ${prefix}-before-${way} -j ${prefix}-user-${way}`))
  own(
    WAYS.map(([hook]) => {
      const policy = hook === 'INPUT' ? defaults.input : defaults.output
      return `:${hook} ${policy === 'REJECT' ? 'DROP' : policy}`
    }),
  )
  return { tables, refused }
}

const INIT = '/usr/lib/ufw/ufw-init-functions'

function policyRules(prefix: string, way: 'input' | 'output', policy: string): string[] {
  const skip = `${prefix}-skip-to-policy-${way}`
  const fresh = (protocol: string) => `-A ${prefix}-track-${way} -p ${protocol} -m conntrack --ctstate NEW -j ACCEPT`
  return [
    ...(policy === 'REJECT' ? [`-A ${prefix}-reject-${way} -j REJECT`] : []),
    ...(policy === 'ACCEPT' ? [fresh('tcp'), fresh('udp')] : []),
    `:${prefix}-logging-deny -`,
    `:${prefix}-logging-allow -`,
    `:${skip} -`,
    `-A ${skip} -j ${policy}`,
  ]
}
