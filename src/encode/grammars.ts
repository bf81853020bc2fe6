import { assertVisible, EncodeError, type Encoder } from './encode.ts'

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
} as const satisfies Record<string, Encoder>

export type Grammar = keyof typeof grammars
