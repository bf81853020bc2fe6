import * as v from 'valibot'
import { withProfile } from '../../src/core/spec-file/profiles.ts'
import { type FilledSpec, specSchema } from '../../src/core/spec-file/schema.ts'
import { specTree } from './json-schema.ts'

interface Node {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly enum?: readonly unknown[]
  readonly additionalProperties?: Node | false
  readonly default?: unknown
}

const standard = defaults('standard')
const strict = defaults('strict')
const cis = defaults('cis')

function defaults(profile: FilledSpec['profile']): FilledSpec {
  return v.parse(specSchema, withProfile({ version: 1, profile }))
}

/** docs/spec.md: every key with its kind, its default in each profile, and what it is for. */
export function specReference(): string {
  return [
    '# The spec, key by key',
    '',
    'Made from `src/core/spec-file/sections/` by `npm run generate`. A spec is one YAML 1.2 file; keys that',
    'it does not know are errors. `[]` behind a key: one entry of a list. `*`: a name of your choice. A default that differs',
    'in the strict profile stands behind a slash, and one that differs in the cis profile from that behind a second one. What has no',
    'default is left as the image has it, or has none.',
    '',
    '| key | value | default | what it is for |',
    '|---|---|---|---|',
    ...rows(specTree() as Node, ''),
    '',
    `Kernel settings of the standard profile: ${code(settings(standard))}.`,
    '',
    `The strict profile adds or changes: ${code(settings(strict).filter((line) => !settings(standard).includes(line)))}.`,
    '',
    `Blocked modules of the standard profile: ${code(standard.hardening.blockedModules)}; the strict one adds`,
    `${code(strict.hardening.blockedModules.filter((name) => !standard.hardening.blockedModules.includes(name)))}.`,
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
  return [`| \`${key}\` | ${kind(node)} | ${defaultOf(key, node)} | ${text.replaceAll('|', '\\|')} |`]
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

/** Defaults that follow from other keys, or are too long for a table. */
const IN_WORDS: Readonly<Record<string, string>> = {
  'ssh.allowUsers': 'every user who can log in',
  'firewall.rules': "`limit PORT/tcp comment 'ssh'`",
  'hardening.sysctl': 'see below',
  'hardening.blockedModules': 'see below',
}

function defaultOf(key: string, node: Node): string {
  if (IN_WORDS[key] !== undefined) return IN_WORDS[key]
  if (kind(node) === 'section') return ''
  // What an entry of a list has, a spec without entries does not show.
  if (key === 'profile' || key === 'version' || key.includes('[]')) return shown(node.default)
  const values = [standard, strict, cis].map((filled) => shown(valueAt(filled, key)) || 'none')
  const [usual, stricter, strictest] = values
  const all = strictest === stricter ? [usual, stricter] : values
  return new Set(all).size === 1 ? shown(valueAt(standard, key)) : all.join(' / ')
}

function shown(value: unknown): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``
}

function valueAt(filled: FilledSpec, key: string): unknown {
  return key.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], filled)
}

function settings({ hardening }: FilledSpec): string[] {
  return Object.entries(hardening.sysctl).map(([key, setting]) => `${key}=${setting}`)
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ')
}
