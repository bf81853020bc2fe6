import type * as v from 'valibot'
import { keyOf, type Locate, nearest, type Problem, type SpecPath } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import { isPrivateKey, PRIVATE_KEY } from '../../device/formats/mistaken-key.ts'
import { parsePublicKey } from '../../device/formats/public-key.ts'
import { memberFor, placesOf } from './elsewhere.ts'
import { meaningOf } from './foreign-words.ts'
import { type Fault, hiddenFault, UNKNOWN_KEY, unpack } from './values.ts'

type Issue = v.BaseIssue<unknown>

/** Puts what valibot found into the words of a spec's author. Values are never repeated: one may be a secret. */
export function complaintOf(issue: Issue, path: SpecPath, locate: Locate): Problem {
  if (issue.message.startsWith(`${UNKNOWN_KEY}\n`)) return unknownKey(issue, path, locate)
  const fault = faultOf(issue, path)
  const onKey = issue.path?.at(-1)?.origin === 'key'
  const missed = issue.received === 'undefined'
  const position = nearest(locate, missed ? path.slice(0, -1) : path, onKey ? 'key' : 'value')
  return {
    severity: 'error',
    code: fault.code,
    path,
    message: missed ? fault.predicate : `${path.length === 0 ? 'the spec' : keyOf(path)} ${fault.predicate}`,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    position,
  }
}

function faultOf(issue: Issue, path: SpecPath): Fault {
  const own = unpack(issue.message)
  if (own !== undefined)
    return /^KEY|SPC006/.test(own.code) ? own : { ...own, ...lineBreak(issue.input), code: own.code }
  return issue.received === 'undefined' ? missing(path) : (plainSecret(issue, path) ?? wrongKind(issue, path))
}

/** Whatever else is wrong with a value of one line, a line break in it comes first: it cannot be seen. */
function lineBreak(input: unknown): Fault | undefined {
  return typeof input === 'string' && /[\r\n]/.test(input) ? hiddenFault(input) : undefined
}

function unknownKey(issue: Issue, path: SpecPath, locate: Locate): Problem {
  const known = issue.message.split('\n').slice(1)
  const last = issue.path?.at(-1)
  const key = String(path.at(-1))
  const position = nearest(locate, path, 'key')
  if (!/^[\w.<-][\w.<@/-]{0,63}$/.test(key)) return { ...notWord(key, path.slice(0, -1)), position }
  return {
    severity: 'error',
    code: 'SPC002',
    path,
    message: `${keyOf(path)} is not a key of a spec`,
    hint: adviceFor(key, last?.value, known) ?? `known here: ${known.join(', ')}`,
    position,
  }
}

/** A line of something else that a colon has made a key. It is not repeated: it may be part of a secret. */
function notWord(text: string, path: SpecPath): Problem {
  const place = path.length === 0 ? 'the spec' : keyOf(path)
  const message = `${place} holds a line that its colon makes a key`
  const isKey = !('reason' in parsePublicKey(text))
  const hint = isKey
    ? 'put the whole line of the key in quotes, for its comment has a colon'
    : 'put a value with a colon in quotes'
  return { severity: 'error', code: 'SPC002', path, message, hint }
}

function adviceFor(key: string, value: unknown, known: readonly string[]): string | undefined {
  const advice = ADVICE.find(({ keys, beside }) => keys.test(key) && (beside === undefined || known.includes(beside)))
  if (advice !== undefined) return advice.hint
  const meaning = meaningOf(key, known)
  if (meaning?.hint !== undefined) return meaning.hint
  const elsewhere = meaning?.key === undefined ? placesOf(key, value) : [meaning.key]
  const near = elsewhere.length > 0 ? elsewhere : (suggest(key, known) ?? [])
  const words = [near]
    .flat()
    .map((word) => (isTop(word) && !known.includes(word) ? `${word} at the left margin` : word))
  return words.length === 0 ? undefined : `did you mean ${joined(words)}?`
}

function isTop(place: string): boolean {
  return !place.includes('.')
}

function joined(words: readonly string[]): string {
  return words.length === 1 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** How a secret gets into a file of its own without being on the screen or in the shell's history. */
function intoFile(line: string, file: string): string {
  return `name a file that holds it, ${line}; this makes one of what you type, up to Ctrl-D: (umask 077; cat > ${file})`
}

/** Secrets in plain words, and how each is written instead; `beside`: only in the section that has this key. */
const ADVICE: readonly { readonly keys: RegExp; readonly beside?: string; readonly hint: string }[] = [
  {
    keys: /^(?:password|passphrase|passwd|pass|psk|key|wpa[_-]?(?:psk|key|passphrase))$/i,
    beside: 'pskFile',
    hint: intoFile('pskFile: wifi.psk', 'wifi.psk'),
  },
  {
    keys: /^(?:password|passwd|pass)$/i,
    beside: 'passwordHash',
    hint: 'there is no plain-text password; use passwordHash (pibake hash-password makes one)',
  },
  {
    keys: /^(?:password|passwd|pass)$/i,
    hint: 'a password belongs to a user, as users[].passwordHash (pibake hash-password makes one)',
  },
  { keys: /^psk$/i, hint: 'name a file that holds it: network.wifi.networks[].pskFile' },
]

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

/** A passphrase in plain words where only a section with its source is taken. */
function plainSecret({ type, input }: Issue, path: SpecPath): Fault | undefined {
  const key = String(path.at(-1))
  if (type !== 'loose_object' || typeof input !== 'string' || !/^(?:psk|password|webhook)$/.test(key)) return undefined
  return {
    code: 'SPC003',
    predicate: 'must be a section that says where the secret comes from',
    hint: key === 'psk' ? intoFile('pskFile: wifi.psk', 'wifi.psk') : intoFile(`${key}: { file: ${key} }`, key),
  }
}

function wrongKind(issue: Issue, path: SpecPath): Fault {
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
  if (typeof input === 'string' && isPrivateKey(input))
    return { ...PRIVATE_KEY, code: 'KEY002', predicate: PRIVATE_KEY.message }
  if (issue.type === 'array')
    return { code: 'SPC003', predicate: 'must be a list', hint: 'a line "- …" for each entry, or [a, b]' }
  if (issue.type === 'string') return { code: 'SPC003', predicate: `must be text, not ${kind(input)}` }
  if (issue.type === 'union') return union(issue)
  // What is not a section reaches the schema of one as something else, see `keyed`.
  const member = memberFor(path, issue.path?.at(-1)?.value ?? input)
  const hint = member === undefined ? 'lines "key: value", indented' : `did you mean ${member}?`
  return { code: 'SPC003', predicate: 'must be a section with keys', hint }
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
