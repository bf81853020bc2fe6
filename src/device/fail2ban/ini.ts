import { type Place, StartError } from './errors.ts'
import { repr } from './python.ts'

/** A value of an INI file, not yet interpolated, and where its option stands. */
export interface Value extends Place {
  readonly text: string
}

export type Section = Map<string, Value>

/** One file: `[DEFAULT]`, and the other sections by name. */
export interface IniFile {
  readonly defaults: Section
  readonly sections: Map<string, Section>
}

/** The files of one kind, laid over one another: what fail2ban calls a configuration. */
export interface Config extends IniFile {
  /** Names of options that may be set where pibake cannot look: they stand for nothing, and are not missed. */
  isUnknown: (option: string) => boolean
}

/**
 * Reads one file as Python's ConfigParser does with fail2ban's settings: `#` and `;` start a line of comment, `;` after a
 * space a comment too; an option ends with `=` or `:`; a deeper indented line goes on with the value; no option and no
 * section twice (configparser.py, `_read`; fail2ban/client/configparserinc.py).
 *
 * @throws StartError with the parser's own words
 */
export function parseIni(text: string, file: string): IniFile {
  const reader = new Reader(file)
  const lines = text.split(/\r\n|\r|\n/)
  if (lines.at(-1) === '') lines.pop()
  for (const [index, line] of lines.entries()) reader.read(line, index + 1)
  return reader.end()
}

interface Open {
  readonly name: string
  readonly line: number
  readonly parts: string[]
}

class Reader {
  readonly #file: string
  readonly #found: IniFile = { defaults: new Map(), sections: new Map() }
  readonly #bad: string[] = []
  #badLine = 0
  #sectionName = ''
  #section: Section | undefined
  #option: Open | undefined
  #indent = 0

  constructor(file: string) {
    this.#file = file
  }

  read(line: string, number: number): void {
    const comment = commentStart(line)
    const value = stripped(line.slice(0, comment))
    if (value === '') {
      if (comment === undefined) this.#option?.parts.push('')
      return
    }
    const indent = line.search(/\S/)
    if (this.#option !== undefined && indent > this.#indent) {
      this.#option.parts.push(value)
      return
    }
    this.#indent = indent
    this.#close()
    const [, header] = /^\[(.+)\]/.exec(value) ?? []
    if (header !== undefined) this.#begin(header, number)
    else if (this.#section === undefined) throw this.#headless(line, number)
    else this.#assign(value, line, number)
  }

  end(): IniFile {
    this.#close()
    if (this.#bad.length > 0) {
      const message = [`Source contains parsing errors: ${repr(this.#file)}`, ...this.#bad].join('\n')
      throw new StartError(message, { file: this.#file, line: this.#badLine })
    }
    return this.#found
  }

  #begin(name: string, line: number): void {
    this.#sectionName = name
    if (name === 'DEFAULT') {
      this.#section = this.#found.defaults
      return
    }
    if (this.#found.sections.has(name)) throw this.#twice(`section ${repr(name)} already exists`, line)
    this.#section = new Map()
    this.#found.sections.set(name, this.#section)
  }

  #assign(value: string, line: string, number: number): void {
    const [, option, rest = ''] = /^(.*?)\s*[=:]\s*(.*)$/.exec(value) ?? []
    if (!option) {
      this.#badLine ||= number
      this.#bad.push(`\t[line ${String(number).padStart(2)}]: ${repr(`${line}\n`)}`)
    }
    if (option === undefined) return
    const name = option.trim().toLowerCase()
    if (this.#section?.has(name)) {
      throw this.#twice(`option ${repr(name)} in section ${repr(this.#sectionName)} already exists`, number)
    }
    if (name === '') return
    this.#option = { name, line: number, parts: [rest.trim()] }
    this.#section?.set(name, { text: '', file: this.#file, line: number })
  }

  #close(): void {
    if (this.#option === undefined) return
    const { name, line, parts } = this.#option
    this.#section?.set(name, { text: parts.join('\n').trimEnd(), file: this.#file, line })
    this.#option = undefined
  }

  #twice(what: string, line: number): StartError {
    const place = `${repr(this.#file)} [line ${String(line).padStart(2)}]`
    return new StartError(`While reading from ${place}: ${what}`, { file: this.#file, line })
  }

  #headless(text: string, line: number): StartError {
    const message = `File contains no section headers.\nfile: ${repr(this.#file)}, line: ${line}\n${repr(`${text}\n`)}`
    return new StartError(message, { file: this.#file, line })
  }
}

/** Python's strip(), which leaves a byte order mark. */
function stripped(text: string): string {
  return text.replace(/^[^\S\ufeff]+|[^\S\ufeff]+$/g, '')
}

function commentStart(line: string): number | undefined {
  if (/^\s*[#;]/.test(line)) return 0
  const at = line.search(/(?<=^|\s);/)
  return at === -1 ? undefined : at
}
