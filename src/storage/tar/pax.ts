import { concat, utf8, utf8Text } from '../../base/host/bytes.ts'
import { decimal } from './numbers.ts'

/** A record of a PAX extended header (POSIX pax, "pax Extended Header"). Values are bytes: an ACL is not text. */
export interface PaxRecord {
  readonly key: string
  readonly value: Uint8Array
}

const SPACE = 0x20
const EQUALS = 0x3d
const NEWLINE = 0x0a

/**
 * The records of an extended header's body: `LENGTH KEY=VALUE\n`, where the length counts all of it. Values are views
 * of the body.
 *
 * @returns undefined when it is anything else
 */
export function parsePax(body: Uint8Array): PaxRecord[] | undefined {
  const records: PaxRecord[] = []
  for (let start = 0; start < body.length; ) {
    const space = body.indexOf(SPACE, start)
    const length = decimal(body.subarray(start, space))
    const end = start + (length ?? 0)
    const equals = body.indexOf(EQUALS, space)
    if (space < 0 || length === undefined || end > body.length || body[end - 1] !== NEWLINE) return undefined
    if (equals <= space + 1 || equals >= end) return undefined
    const key = utf8Text(body.subarray(space + 1, equals))
    records.push({ key, value: body.subarray(equals + 1, end - 1) })
    start = end
  }
  return records
}

/** The records as an extended header's body. */
export function paxBody(records: readonly PaxRecord[]): Uint8Array {
  return concat(records.map(recordBytes))
}

function recordBytes({ key, value }: PaxRecord): Uint8Array {
  const rest = concat([utf8(` ${key}=`), value, utf8('\n')])
  let length = rest.length
  while (String(length).length + rest.length > length) length = String(length).length + rest.length
  return concat([utf8(String(length)), rest])
}

/** The value that the records give to `key`: the last one counts; an empty one says that there is none. */
export function paxValue(records: readonly PaxRecord[], key: string): Uint8Array | undefined {
  const value = records.findLast((record) => record.key === key)?.value
  return value === undefined || value.length === 0 ? undefined : value
}

/** Whether the records speak of `key` at all. */
export function hasKey(records: readonly PaxRecord[], key: string): boolean {
  for (const record of records) if (record.key === key) return true
  return false
}

/** A record with a text. */
export function paxRecord(key: string, value: string | Uint8Array): PaxRecord {
  return { key, value: typeof value === 'string' ? utf8(value) : value }
}
