import { latin1Text } from '../../base/host/bytes.ts'

const SPACE = 0x20
const ZERO = 0x30
/** Of the largest number that is held exactly. */
const MAX_DIGITS = 16

/**
 * A number in a field of a tar header: octal digits between spaces and NULs (POSIX ustar), or base-256 when the first
 * bit is set (GNU tar manual, "Extensions"), two's complement below zero. An empty field is 0.
 *
 * @returns undefined when it is neither, or beyond what a number holds exactly
 */
export function numberIn(block: Uint8Array, offset: number, length: number): number | undefined {
  const end = offset + length
  if ((block[offset] ?? 0) >= 0x80) return base256(block.subarray(offset, end))
  let at = offset
  while (at < end && block[at] === SPACE) at++
  let value = 0
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - ZERO
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  for (; at < end; at++) if (block[at] !== SPACE && block[at] !== 0) return undefined
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
  if (value.length === 0 || value.length > MAX_DIGITS) return undefined
  let number = 0
  for (const byte of value) {
    if (byte < ZERO || byte > ZERO + 9) return undefined
    number = number * 10 + byte - ZERO
  }
  return Number.isSafeInteger(number) ? number : undefined
}

/** Whether a PAX record's value is a time: seconds, maybe below zero, maybe with a fraction. */
export function isTime(value: Uint8Array): boolean {
  return /^-?\d{1,16}(?:\.\d*)?$/.test(latin1Text(value))
}
