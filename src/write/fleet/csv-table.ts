import { CsvError, parse } from 'csv-parse/sync'
import type { Cell } from '../../core/spec-file/device-values.ts'
import { InventoryError } from './inventory-error.ts'

/** What csv-parse says of a record besides its fields. */
interface Parsed {
  readonly record: readonly string[]
  /** Bytes up to its end, from the start of the file. */
  readonly info: { readonly bytes: number }
}

/**
 * Reads CSV (RFC 4180, UTF-8 with or without a mark, any line ends): fields between quotes may hold line ends and the delimiter.
 * That is a comma, or the semicolon or tab that follows the first name.
 *
 * @returns the rows, the header first; empty lines are left out
 * @throws InventoryError at the place where it is no CSV
 */
export function readCsv(bytes: Uint8Array, file: string): Cell[][] {
  const delimiter = /^[^,;\t\r\n]*([,;\t])/.exec(new TextDecoder().decode(bytes.subarray(0, 4096)))?.[1] ?? ','
  let start = 0
  let line = 1
  return parsed(bytes, file, delimiter).map(({ record, info }) => {
    const text = new TextDecoder().decode(bytes.subarray(start, info.bytes))
    start = info.bytes
    const cells = placed(record, text, { file, line })
    line += lineEnds(text)
    return cells
  })
}

function parsed(bytes: Uint8Array, file: string, delimiter: string): Parsed[] {
  try {
    // Not left to be found out: that takes the first one for all, and editors mix them.
    const lineEnd = ['\r\n', '\n', '\r']
    const options = { bom: true, info: true, delimiter, record_delimiter: lineEnd, skip_empty_lines: true }
    return parse(bytes, options) as unknown as Parsed[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const { lines } = error as CsvError & { readonly lines?: number }
    throw new InventoryError({ file, line: lines ?? 1, column: 1 }, ...explained(error.code))
  }
}

function explained(code: string): [message: string, hint: string] {
  switch (code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return [
        'this line has another number of fields than the first one',
        'put a field with the delimiter in it in "quotes"',
      ]
    case 'CSV_QUOTE_NOT_CLOSED':
      return ['a quote is opened and never closed', 'a quote within a quoted field is written twice: ""']
    default:
      return ['a quote is where none can be', 'put the whole field in quotes, and write quotes within it twice: ""']
  }
}

/** The fields with their places: each is as it is written, or between quotes with those in it doubled. */
function placed(record: readonly string[], text: string, at: { readonly file: string; readonly line: number }): Cell[] {
  let next = /^[\r\n]*/.exec(text)?.[0].length ?? 0
  let line = at.line + lineEnds(text.slice(0, next))
  // The last one before what is looked at; -1: the text's own line.
  let lineEnd = next - 1
  return record.map((value) => {
    const position = { file: at.file, line, column: next - lineEnd }
    const isQuoted = text[next] === '"'
    const length = value.length + (isQuoted ? 2 + value.split('"').length - 1 : 0) + 1
    const written = text.slice(next, next + length)
    const end = Math.max(written.lastIndexOf('\n'), written.lastIndexOf('\r'))
    if (end >= 0) lineEnd = next + end
    line += lineEnds(written)
    next += length
    return { value, position }
  })
}

function lineEnds(text: string): number {
  return text.split(/\r\n|\n|\r/).length - 1
}
