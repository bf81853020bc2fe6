import ejs from 'ejs'
import { EncodeError } from '../../base/encode/encode.ts'
import { assetText } from '../../base/host/assets.ts'
import type { Origin } from '../../base/report/origin.ts'
import { type Grammar, grammars } from './grammars.ts'

/** A value together with why it is there; `<%= it.port %>` of one makes its line explainable. */
export class Traced {
  readonly value: string | number
  readonly origin: Origin

  constructor(value: string | number, origin: Origin) {
    this.value = value
    this.origin = origin
  }
}

export interface Rendered {
  readonly content: Uint8Array
  readonly lines: ReadonlyMap<number, Origin>
}

// Encoders refuse these two, so a mark can neither be forged by a value nor be left in the text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the marks are control characters on purpose.
const MARK = /\u0001(\d+)\u0002/g

const compiled = new Map<
  string,
  { grammar: Grammar; render: (data: object, encode: (value: unknown) => string) => string }
>()

/**
 * Fills in a template of `templates/`.
 *
 * A template's first line names its grammar, `<%# grammar: sshd -%>`; every `<%= %>` goes through that grammar's encoder,
 * so that no value can break out of its place. It may be given a string, a number, a {@link Traced} value, or an
 * {@link Origin} alone (which prints nothing and explains the line).
 *
 * @param template path below `templates/`, e.g. `root/etc/hostname.ejs`
 * @throws EncodeError naming the template when a value cannot be encoded
 */
export function render(template: string, data: object): Rendered {
  const { grammar, render } = load(template)
  const origins: Origin[] = []
  const mark = (origin: Origin) => `\u0001${origins.push(origin) - 1}\u0002`
  const encode = (value: unknown): string => {
    if (value instanceof Traced) return mark(value.origin) + encode(value.value)
    if (typeof value === 'number' && Number.isSafeInteger(value)) return grammars[grammar](String(value))
    if (typeof value === 'string') return grammars[grammar](value)
    if (isOrigin(value)) return mark(value)
    throw new EncodeError(`a ${typeof value} where text or a number is needed`)
  }
  let text: string
  try {
    text = render(data, encode)
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error))
    throw new EncodeError(`${template}: ${cause.message}`, { cause })
  }
  return split(text, origins)
}

function load(template: string) {
  const known = compiled.get(template)
  if (known !== undefined) return known
  const source = assetText(`templates/${template}`)
  const name = /^<%# grammar: (\w+) -%>\n/.exec(source)?.[1]
  if (name === undefined || !(name in grammars)) throw new Error(`templates/${template} names no known grammar`)
  let current: (value: unknown) => string = String
  const run = ejs.compile(source, {
    filename: template,
    strict: true,
    localsName: 'it',
    escape: (value: unknown) => current(value),
  })
  const entry = {
    grammar: name as Grammar,
    render: (data: object, encode: (value: unknown) => string) => {
      current = encode
      return run(data)
    },
  }
  compiled.set(template, entry)
  return entry
}

function isOrigin(value: unknown): value is Origin {
  return typeof value === 'object' && value !== null && 'because' in value && 'key' in value
}

/** Takes the marks out of the text and says for each line which origin it carries (the last one on the line). */
function split(marked: string, origins: readonly Origin[]): Rendered {
  const lines = new Map<number, Origin>()
  const text = marked
    .split('\n')
    .map((line, number) =>
      line.replace(MARK, (_, index) => {
        lines.set(number, origins[Number(index)] as Origin)
        return ''
      }),
    )
    .join('\n')
  return { content: new TextEncoder().encode(text), lines }
}
