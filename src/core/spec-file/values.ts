import * as v from 'valibot'
import { type Code, isCode } from '../../base/report/codes.ts'
import { layOver } from './lay-over.ts'

/** What is wrong with a value: a predicate ("is not a host name") and how to put it right. Never the value itself. */
export interface Fault {
  readonly code: Code
  readonly predicate: string
  readonly hint?: string
}

// valibot carries one string per issue; the three parts of a fault travel in it, one a line.
function pack({ code, predicate, hint }: Fault): string {
  return [code, predicate, ...(hint === undefined ? [] : [hint])].join('\n')
}

/** The fault behind a valibot issue; undefined when the message is valibot's own. */
export function unpack(message: string): Fault | undefined {
  const [code = '', predicate, hint] = message.split('\n')
  if (!isCode(code) || predicate === undefined) return undefined
  return hint === undefined ? { code, predicate } : { code, predicate, hint }
}

// Controls, format characters, line separators, lone surrogates: nothing that a one-line value means needs one.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/** What is wrong with a value of one line that holds such a mark; undefined: it holds none. */
export function hiddenFault(value: string): Fault | undefined {
  const found = HIDDEN.exec(value)
  if (found === null) return undefined
  const fault: Fault = { code: 'SPC006', predicate: 'holds a control character, a line break or an invisible mark' }
  if (/^[^\r\n]*[\r\n]+$/.test(value))
    return {
      ...fault,
      predicate: 'ends with a line break, which | and > bring along',
      hint: 'write the value on the line of its key, without | or >',
    }
  if (/[\r\n]/.test(found[0]))
    return { ...fault, hint: 'the value is one line: write what is meant without line breaks' }
  const name = (value.codePointAt(found.index) as number).toString(16).toUpperCase().padStart(4, '0')
  return { ...fault, hint: `delete U+${name}, which stands after ${found.index} characters` }
}
const NOT_TEXT: Fault = {
  code: 'SPC003',
  predicate: 'must be text, but YAML reads it as a number or a truth value',
  hint: 'put it in quotes',
}

/** Text of any kind; `fault` is for what YAML reads as a number or a truth value. */
export function text(description: string, fault: Fault = NOT_TEXT) {
  const scalar = (input: unknown) => ['number', 'boolean', 'bigint'].includes(typeof input)
  return v.pipe(
    v.string(({ input }) => (scalar(input) ? pack(fault) : '')),
    v.description(description),
  )
}

/** One line of text whose whole shape one pattern tells; the pattern also reaches the JSON Schema. */
export function shaped(pattern: RegExp, fault: Fault, description: string, notText: Fault = NOT_TEXT) {
  return v.pipe(text(description, notText), v.regex(pattern, pack(fault)))
}

/** One line of text that a function judges; it returns what is wrong, or undefined. */
export function checked(check: (value: string) => Fault | undefined, description: string) {
  return v.pipe(
    text(description),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      const fault = hiddenFault(dataset.value) ?? check(dataset.value)
      if (fault !== undefined) addIssue({ message: pack(fault) })
    }),
  )
}

/**
 * One line of text that a function reads; it returns what the text means, or what is wrong with it. Text of several lines
 * is for it to refuse: it knows what else they may be.
 */
export function parsed<Meaning extends object>(parse: (value: string) => Meaning | Fault, description: string) {
  return v.pipe(
    text(description),
    v.rawTransform<string, Meaning>(({ dataset, addIssue, NEVER }) => {
      const hidden = /[\r\n]/.test(dataset.value) ? undefined : hiddenFault(dataset.value)
      const result = hidden ?? parse(dataset.value)
      if (!isFault(result)) return result
      addIssue({ message: pack(result) })
      return NEVER
    }),
  )
}

function isFault(result: object): result is Fault {
  return 'predicate' in result
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number, code: Code, description: string) {
  const fault = pack({ code, predicate: `must be a whole number from ${least} to ${most}` })
  return v.pipe(
    v.number(),
    v.integer(fault),
    v.minValue(least, fault),
    v.maxValue(most, fault),
    v.description(description),
  )
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words, description: string) {
  return v.pipe(v.picklist(words), v.description(description))
}

/** true or false. */
export function flag(description: string) {
  return v.pipe(v.boolean(), v.description(description))
}

/** A list; no list of a spec needs more than a thousand members. */
export function list<const Item extends v.GenericSchema>(item: Item, description: string) {
  const fault = pack({ code: 'SPC010', predicate: 'holds more than 1000 entries' })
  return v.pipe(v.array(item), v.maxLength(1000, fault), v.description(description))
}

/** Names of the owner's choice mapped to values of one kind, e.g. sshd keywords. */
export function table<const Value extends v.GenericSchema>(
  name: RegExp,
  fault: Fault,
  value: Value,
  description: string,
) {
  return v.pipe(v.record(v.pipe(v.string(), v.regex(name, pack(fault))), value), v.description(description))
}

/**
 * A key that may be left out. Without `standard` it then stays undefined: as the image has it, or none.
 * @param standard what it is where the spec says nothing
 * @param strict what it is there in the strict profile, where that differs
 * @param cis what it is there in the cis profile, where that differs from the strict one
 */
export function setting<
  const Schema extends v.GenericSchema,
  const Standard extends v.Default<Schema, undefined> = undefined,
>(schema: Schema, standard?: Standard, strict?: v.InferInput<Schema>, cis?: v.InferInput<Schema>) {
  return v.pipe(v.optional(schema, standard as Standard), v.metadata({ strict, cis }))
}

/** Like {@link setting}, for a table: what the spec says is laid over the default, name by name. */
export function layered<const Schema extends v.GenericSchema>(
  schema: Schema,
  standard: v.InferOutput<Schema>,
  strict: v.InferInput<Schema>,
) {
  return v.pipe(
    v.optional(schema, {} as v.InferInput<Schema>),
    v.metadata({ strict, cis: undefined }),
    v.transform((own) => layOver(standard, own) as v.InferOutput<Schema>),
  )
}

/** A section with fixed keys; any other is reported. */
export function section<const Entries extends v.ObjectEntries>(entries: Entries, description: string) {
  return v.pipe(
    keyed(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      const { value: input } = dataset
      if (typeof input !== 'object' || input === null) return
      for (const [key, value] of Object.entries(input)) {
        if (Object.hasOwn(entries, key)) continue
        addIssue({
          message: `${UNKNOWN_KEY}\n${Object.keys(entries).join('\n')}`,
          path: [{ type: 'object', origin: 'key', input: input as Record<string, unknown>, key, value }],
        })
      }
    }),
    v.description(description),
  )
}

/** valibot's object, but for lists, which it takes for objects, and for keys such as `constructor`, which it takes for known. */
function keyed<const Entries extends v.ObjectEntries>(entries: Entries): v.ObjectSchema<Entries, undefined> {
  const schema = v.looseObject<Entries>(Object.assign(Object.create(null), entries))
  const lists: typeof schema = {
    ...schema,
    '~run': (dataset, config) => schema['~run'](Array.isArray(dataset.value) ? { value: false } : dataset, config),
  }
  // Unknown keys are errors, so what comes out has the keys of the section alone.
  return lists as unknown as v.ObjectSchema<Entries, undefined>
}

/** First line of the message for a key that a section does not have; the keys that it has follow, one a line. */
export const UNKNOWN_KEY = 'unknown key'
