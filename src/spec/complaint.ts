import type * as v from 'valibot'
import { keyOf, type Locate, type Problem, type SpecPath } from './report.ts'
import { suggest } from './suggest.ts'
import { type Fault, UNKNOWN_KEY, unpack } from './values.ts'

type Issue = v.BaseIssue<unknown>

/** Puts what valibot found into the words of a spec's author. Values are never repeated: one may be a secret. */
export function complaintOf(issue: Issue, path: SpecPath, locate: Locate): Problem {
  if (issue.message.startsWith(`${UNKNOWN_KEY}\n`)) return unknownKey(issue, path, locate)
  const fault = unpack(issue.message) ?? (issue.received === 'undefined' ? missing(path) : wrongKind(issue))
  const onKey = issue.path?.at(-1)?.origin === 'key'
  const missed = issue.received === 'undefined'
  const position = missed ? locate(path.slice(0, -1)) : locate(path, onKey ? 'key' : 'value')
  return {
    severity: 'error',
    code: fault.code,
    path,
    message: missed ? fault.predicate : `${path.length === 0 ? 'the spec' : keyOf(path)} ${fault.predicate}`,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    position,
  }
}

function unknownKey(issue: Issue, path: SpecPath, locate: Locate): Problem {
  const known = issue.message.split('\n').slice(1)
  const key = String(path.at(-1))
  const near =
    ADVICE[key.toLowerCase()] ??
    (suggest(key, known) === undefined ? undefined : `did you mean ${suggest(key, known)}?`)
  return {
    severity: 'error',
    code: 'SPC002',
    path,
    message: `${keyOf(path)} is not a key of a spec`,
    hint: near ?? `known here: ${known.join(', ')}`,
    position: locate(path, 'key'),
  }
}

/** What people write because other tools have it. */
const ADVICE: Readonly<Record<string, string>> = {
  password: 'there is no plain-text password; use passwordHash (pibake hash-password makes one)',
  psk: 'name a file that holds it: pskFile',
  '<<': 'YAML 1.2 has no merge keys; write the values out',
}

function missing(path: SpecPath): Fault {
  const parent = path.slice(0, -1)
  const key = String(path.at(-1))
  const hint = key === 'version' ? 'start the spec with: version: 1' : undefined
  return {
    code: 'SPC001',
    predicate: `${parent.length === 0 ? 'the spec' : keyOf(parent)} needs the key ${key}`,
    ...(hint && { hint }),
  }
}

function wrongKind(issue: Issue): Fault {
  const { input } = issue
  if (issue.type === 'picklist') return notAmong(issue)
  if (issue.type === 'literal') {
    return typeof input === 'string'
      ? { code: 'SPC003', predicate: 'must be the number 1', hint: 'write it without quotes: version: 1' }
      : { code: 'SPC001', predicate: 'is a version that this pibake does not know', hint: 'version: 1' }
  }
  if (input === null) return { code: 'SPC003', predicate: 'has no value', hint: 'give it one, or delete the key' }
  if (issue.type === 'boolean') {
    const text = typeof input === 'string' ? input.toLowerCase() : ''
    const meant = ['yes', 'on', 'y', 'true'].includes(text)
      ? 'true'
      : ['no', 'off', 'n', 'false'].includes(text)
        ? 'false'
        : undefined
    const hint = meant && `write ${meant} (in YAML 1.2 yes, no, on and off are words; quotes make a text)`
    return { code: 'SPC003', predicate: 'must be true or false', ...(hint && { hint }) }
  }
  if (issue.type === 'number') {
    const numeric = typeof input === 'string' && /^[\d_:]+$/.test(input)
    return {
      code: 'SPC003',
      predicate: 'must be a number',
      ...(numeric && { hint: 'digits only, without quotes, _ or :' }),
    }
  }
  if (issue.type === 'array')
    return { code: 'SPC003', predicate: 'must be a list', hint: 'a line "- …" for each entry, or [a, b]' }
  if (issue.type === 'string') return { code: 'SPC003', predicate: `must be text, not ${kind(input)}` }
  if (issue.type === 'union') return union(issue)
  return { code: 'SPC003', predicate: 'must be a section with keys', hint: 'lines "key: value", indented' }
}

function notAmong({ input, expected }: Issue): Fault {
  const words = [...(expected ?? '').matchAll(/"([^"]*)"/g)].map((match) => match[1] as string)
  const predicate = words.length === 1 ? `must be ${words[0]}` : `must be one of ${words.join(', ')}`
  if (typeof input === 'boolean' && words.includes('on'))
    return { code: 'SPC004', predicate, hint: `write "${input ? 'on' : 'off'}" in quotes` }
  const near = typeof input === 'string' ? suggest(input, words) : undefined
  return { code: 'SPC004', predicate, ...(near && { hint: `did you mean ${near}?` }) }
}

function union({ input, issues: members }: Issue): Fault {
  const issues: readonly Issue[] = members ?? []
  const forms: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    loose_object: 'a section',
    null: 'null',
  }
  const words = issues.map((sub) => forms[sub.type] ?? notAmong(sub).predicate.replace('must be ', ''))
  const word = issues.find((sub) => sub.type === 'picklist')
  const predicate = `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  if (typeof input === 'boolean' || typeof input === 'number')
    return { code: 'SPC003', predicate, hint: 'put it in quotes' }
  const hint = word && notAmong(word).hint
  return { code: 'SPC003', predicate, ...(hint !== undefined && { hint }) }
}

function kind(input: unknown): string {
  return Array.isArray(input)
    ? 'a list'
    : typeof input === 'object'
      ? 'a section'
      : typeof input === 'string'
        ? 'a text'
        : 'a number or a truth value'
}
