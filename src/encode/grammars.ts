import { assertVisible, EncodeError, type Encoder, only } from './encode.ts'

/**
 * One encoder per grammar that a template may name. A grammar with quoting rules of its own gets a file of its own
 * beside this one.
 */
export const grammars = {
  /** A file whose whole content is one value, e.g. /etc/hostname. */
  line: (value) => {
    assertVisible(value)
    if (value !== value.trim()) throw new EncodeError('starts or ends with a space')
    return value
  },
  /** One word without spaces: unit names, preset lines. */
  word: only(/[A-Za-z0-9:_.@\\-]+/, 'not a plain word'),
} as const satisfies Record<string, Encoder>

export type Grammar = keyof typeof grammars
