import { assertVisible, EncodeError, type Encoder } from '../../base/encode/encode.ts'
import { LineError, splitArguments } from './tokens.ts'

/**
 * The arguments of one sshd keyword as they stand after it. Quotes are left to the author; what would end the line
 * early, run into the next one or lose its first character is refused.
 */
export const sshd: Encoder = (value) => {
  assertVisible(value)
  if (value !== value.trim() || value === '') throw new EncodeError('is empty, or starts or ends with a space')
  // sshd takes `Keyword =value` for `Keyword=value` (misc.c, strdelim).
  if (value.startsWith('=')) throw new EncodeError('starts with =')
  try {
    const words = splitArguments(value)
    if (words.length === 0 || splitArguments(`${value} end`).length !== words.length + 1) {
      throw new EncodeError('holds a # that starts a comment, or an open quote')
    }
  } catch (error) {
    if (error instanceof LineError) throw new EncodeError('holds an open quote', { cause: error })
    throw error
  }
  return value
}
