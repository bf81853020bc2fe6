/**
 * A number in a field of a tar header: octal digits between spaces and NULs (POSIX ustar), or base-256 when the first
 * bit is set (GNU tar manual, "Extensions"), two's complement below zero. An empty field is 0.
 *
 * @returns undefined when it is neither, or beyond what a number holds exactly
 */
export function numberIn(block: Uint8Array, offset: number, length: number): number | undefined {
  const field = block.subarray(offset, offset + length)
  const [first = 0] = field
  if (first >= 0x80) return base256(field)
  const text = /^ *([0-7]*)[ \0]*$/.exec(latin1(field))?.[1]
  if (text === undefined) return undefined
  const value = text === '' ? 0 : Number.parseInt(text, 8)
  return Number.isSafeInteger(value) ? value : undefined
}

function base256(field: Uint8Array): number | undefined {
  const isNegative = field[0] === 0xff
  if (!isNegative && field[0] !== 0x80) return undefined
  let value = isNegative ? -1 : 0
  for (const byte of field.subarray(1)) value = value * 256 + byte
  return Number.isSafeInteger(value) ? value : undefined
}

/**
 * A number in a PAX record: decimal digits.
 *
 * @returns undefined when it is anything else, or beyond what a number holds exactly
 */
export function decimal(value: Uint8Array): number | undefined {
  const text = latin1(value)
  if (!/^\d{1,16}$/.test(text)) return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : undefined
}

/** Whether a PAX record's value is a time: seconds, maybe below zero, maybe with a fraction. */
export function isTime(value: Uint8Array): boolean {
  return /^-?\d{1,16}(?:\.\d*)?$/.test(latin1(value))
}

/** Bytes as text, one character a byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
