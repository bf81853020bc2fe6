import { EncodeError, only } from '../encode/encode.ts'
import type { Origin } from '../plan/operation.ts'

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

// Latin-1 maps every byte to one character and back: a GECOS in any old encoding comes through unchanged.
const CODING = 'latin1'

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
    const lines = Buffer.from(content).toString(CODING).split('\n')
    if (lines.at(-1) === '') lines.pop()
    this.#lines = lines.map((line) => ({ text: line }))
  }

  /** The fields of the first entry of `name`, or undefined. */
  get(name: string): readonly string[] | undefined {
    return this.entries().find(([first]) => first === name)
  }

  /** Every line that has the right number of fields, in the file's order. */
  entries(): readonly (readonly string[])[] {
    const { fields } = accountFiles[this.name]
    return this.#lines.map(({ text }) => text.split(':')).filter((parts) => parts.length === fields)
  }

  /**
   * Makes `fields` the one entry of the name in their first field: in the place of the entry that is there, else last.
   *
   * @throws EncodeError when a field would end its field or line
   */
  set(fields: readonly string[], origin?: Origin): void {
    if (fields.length !== accountFiles[this.name].fields) throw new EncodeError(`${this.name}: wrong number of fields`)
    const text = fields.map(field).join(':')
    const at = this.#lines.findIndex((line) => isEntryOf(line, fields[0] as string))
    if (at === -1) this.#lines.push({ text, origin })
    else this.#lines[at] = { text, origin }
  }

  /** Removes every entry of `name`. */
  remove(name: string): void {
    this.#lines = this.#lines.filter((line) => !isEntryOf(line, name))
  }

  /** The file's bytes; they end with a newline unless there are none. */
  content(): Uint8Array {
    return new Uint8Array(Buffer.from(this.#lines.map((line) => `${line.text}\n`).join(''), CODING))
  }

  /** Line number (from 0) → why that line is as it is; only lines that were set have one. */
  origins(): ReadonlyMap<number, Origin> {
    return new Map(this.#lines.flatMap(({ origin }, number) => (origin === undefined ? [] : [[number, origin]])))
  }
}

function isEntryOf(line: Line, name: string): boolean {
  return line.text.startsWith(`${name}:`)
}
