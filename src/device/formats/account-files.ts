import { EncodeError, only } from '../../base/encode/encode.ts'
import { latin1, latin1Text } from '../../base/host/bytes.ts'
import type { Origin } from '../../base/report/origin.ts'

/** The six account databases of Debian: path, number of fields, and for `many` several lines of one name (subuid(5)). */
export const accountFiles = {
  passwd: { path: '/etc/passwd', fields: 7 },
  shadow: { path: '/etc/shadow', fields: 9 },
  group: { path: '/etc/group', fields: 4 },
  gshadow: { path: '/etc/gshadow', fields: 4 },
  subuid: { path: '/etc/subuid', fields: 3 },
  subgid: { path: '/etc/subgid', fields: 3 },
} as const

export type AccountFileName = keyof typeof accountFiles

const field = only(/[ -9;-~]*/, 'holds a colon or a character outside ASCII, which would end its field')

interface Line {
  readonly text: string
  readonly origin?: Origin | undefined
}

/**
 * One account database, edited by name. Lines that are not touched stay as they are, byte by byte: comments, NIS `+`
 * entries and lines of other tools too.
 */
export class AccountFile {
  readonly name: AccountFileName
  #lines: Line[]

  constructor(name: AccountFileName, content: Uint8Array) {
    this.name = name
    // Latin-1 maps every byte to one character and back: a GECOS in any old encoding comes through unchanged.
    const lines = latin1Text(content).split('\n')
    if (lines.at(-1) === '') lines.pop()
    this.#lines = lines.map((line) => ({ text: line }))
  }

  /** The fields of the first entry of `name`, or undefined. */
  get(name: string): readonly string[] | undefined {
    const { fields } = accountFiles[this.name]
    return this.#lines
      .filter((line) => isEntryOf(line, name))
      .map(({ text }) => text.split(':'))
      .find((parts) => parts.length === fields)
  }

  /** Every line that has the right number of fields, in the file's order. */
  entries(): readonly (readonly string[])[] {
    const { fields } = accountFiles[this.name]
    return this.#lines.map(({ text }) => text.split(':')).filter((parts) => parts.length === fields)
  }

  /**
   * Makes `fields` the one entry of the name in their first field: in the place of the entry that is there, else last.
   * What that one holds already, names in lists too, comes through as it is.
   *
   * @throws EncodeError when something new would end its field or line
   */
  set(fields: readonly string[], origin?: Origin): void {
    if (fields.length !== accountFiles[this.name].fields) throw new EncodeError(`${this.name}: wrong number of fields`)
    const known = new Set(this.get(fields[0] as string)?.flatMap((value) => value.split(',')))
    const encoded = (value: string) => value.split(',').map((part) => (known.has(part) ? part : field(part)))
    const text = fields.map((value) => encoded(value).join(',')).join(':')
    const at = this.#lines.findIndex((line) => isEntryOf(line, fields[0] as string))
    if (at === -1) this.#lines.push({ text, origin })
    else this.#lines[at] = { text, origin }
  }

  /** Gives the entry of `name`, which stays as it is, its reason: a plan that is already applied wants it too. */
  mark(name: string, origin: Origin): void {
    this.#lines = this.#lines.map((line) => (isEntryOf(line, name) ? { ...line, origin } : line))
  }

  /** Removes every entry of `name`. */
  remove(name: string): void {
    this.#lines = this.#lines.filter((line) => !isEntryOf(line, name))
  }

  /** The file's bytes; they end with a newline unless there are none. */
  content(): Uint8Array {
    return latin1(this.#lines.map((line) => `${line.text}\n`).join(''))
  }

  /** Line number (from 0) → why that line is as it is; only lines that were set have one. */
  origins(): ReadonlyMap<number, Origin> {
    return new Map(this.#lines.flatMap(({ origin }, number) => (origin === undefined ? [] : [[number, origin]])))
  }
}

function isEntryOf(line: Line, name: string): boolean {
  return line.text.startsWith(`${name}:`)
}
