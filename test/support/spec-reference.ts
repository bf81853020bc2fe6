import { type Defaults, profiles } from '../../src/spec/profiles.ts'
import { specJsonSchema } from './json-schema.ts'

interface Node {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly enum?: readonly unknown[]
  readonly additionalProperties?: Node | false
}

/** docs/spec.md: every key with its kind, its default in both profiles, and what it is for. */
export function specReference(): string {
  return [
    '# The spec, key by key',
    '',
    'Made from `src/spec/schema.ts` and `src/spec/profiles.ts` by `npm run generate`. A spec is one YAML 1.2 file; keys that',
    'it does not know are errors. `[]` behind a key: one entry of a list. `*`: a name of your choice. A default that differs',
    'in the strict profile stands behind a slash. What has no default is left as the image has it, or has none.',
    '',
    '| key | value | default | what it is for |',
    '|---|---|---|---|',
    ...rows(specJsonSchema() as Node, ''),
    '',
    `Kernel settings of the standard profile: ${code(sysctl('standard'))}.`,
    '',
    `The strict profile adds or changes: ${code(sysctl('strict').filter((line) => !sysctl('standard').includes(line)))}.`,
    '',
    `Blocked modules of the standard profile: ${code(profiles.standard.hardening.blockedModules)}; the strict one adds`,
    `${code(profiles.strict.hardening.blockedModules.filter((name) => !profiles.standard.hardening.blockedModules.includes(name)))}.`,
    '',
  ].join('\n')
}

function rows(node: Node, path: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, raw]) => {
    const key = path === '' ? name : `${path}.${name}`
    return [...row(key, raw), ...below(raw, key)]
  })
}

function row(key: string, node: Node): string[] {
  const text = node.description ?? node.anyOf?.find(({ description }) => description !== undefined)?.description ?? ''
  return [`| \`${key}\` | ${kind(node)} | ${defaultOf(key)} | ${text.replaceAll('|', '\\|')} |`]
}

/** What a key holds: sections, entries of lists, values of a choice. */
function below(node: Node, key: string): string[] {
  if (node.properties !== undefined) return rows(node, key)
  if (node.items !== undefined) return below(node.items, `${key}[]`)
  if (typeof node.additionalProperties === 'object') return below(node.additionalProperties, `${key}.*`)
  return (node.anyOf ?? []).flatMap((choice) => below(choice, key))
}

function kind(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((word) => `\`${word}\``).join(', ')
  if (node.anyOf !== undefined) {
    const kinds = node.anyOf.map(kind).filter((text) => text !== 'null' || node.anyOf?.length !== 2)
    return [...new Set(kinds)].join(' or ')
  }
  if (node.items !== undefined) return `list of ${kind(node.items)}`
  if (node.properties !== undefined) return 'section'
  if (typeof node.additionalProperties === 'object') return `names with ${kind(node.additionalProperties)}`
  const words: Readonly<Record<string, string>> = { string: 'text', boolean: 'true, false', integer: 'whole number' }
  return words[node.type ?? ''] ?? node.type ?? '`1`'
}

/** Defaults that no profile decides. */
const always: Readonly<Record<string, string>> = {
  profile: '`standard`',
  defaultUser: '`remove`',
  removeHome: '`false`',
  'users[].groups': '`default`',
  'users[].sudo': '`password`',
  'users[].mustChangePassword': '`false`',
  'users[].shell': '`/bin/bash`',
  'users[].authorizedKeys[].restrict': '`false`',
  'ssh.allowUsers': 'every user who can log in',
  'ssh.denyUsers': '`[]`',
  'firewall.rules': "`limit PORT/tcp comment 'ssh'`",
  'files[].mode': '`"0644"`',
  'files[].owner': '`root`',
  'files[].group': '`root`',
}

function defaultOf(key: string): string {
  const own = always[key]
  if (own !== undefined) return own
  if (key === 'hardening.sysctl' || key === 'hardening.blockedModules') return 'see below'
  const [standard, strict] = [value(profiles.standard, key), value(profiles.strict, key)]
  if (standard === undefined && strict === undefined) return ''
  const shown = [standard, strict].map((one) => (one === undefined ? 'none' : `\`${JSON.stringify(one)}\``))
  return shown[0] === shown[1] ? (shown[0] as string) : shown.join(' / ')
}

function value(defaults: Defaults, key: string): unknown {
  const found = key
    .split('.')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], defaults)
  return typeof found === 'object' && !Array.isArray(found) && key !== 'fail2ban.jails' ? undefined : found
}

function sysctl(profile: 'standard' | 'strict'): string[] {
  return Object.entries(profiles[profile].hardening.sysctl).map(([key, setting]) => `${key}=${setting}`)
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ')
}
