/** A value that cannot stand in a grammar without changing its meaning. The message never repeats the value. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError'
}

/** Turns one value into text of its grammar, or throws {@link EncodeError}. */
export type Encoder = (value: string) => string

// Controls, format characters (bidirectional marks, zero-width characters, BOM), line and paragraph separators, lone
// surrogates: no configuration value needs one, each has been used to make text read other than it works.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/** @throws EncodeError when `value` holds a control, a line break or a mark that hides or reorders text */
export function assertVisible(value: string): string {
  if (HIDDEN.test(value)) throw new EncodeError('holds a control character, a line break or an invisible mark')
  return value
}

/** An encoder that lets through what `allowed` matches as a whole, and throws `message` for the rest. */
export function only(allowed: RegExp, message: string): Encoder {
  const whole = new RegExp(`^(?:${allowed.source})$`, allowed.flags)
  return (value) => {
    assertVisible(value)
    if (!whole.test(value)) throw new EncodeError(message)
    return value
  }
}

/** Why `encoder` does not take `value`; undefined when it does. For checks that name the spec key before anything is rendered. */
export function refusal(encoder: Encoder, value: string): string | undefined {
  try {
    encoder(value)
    return undefined
  } catch (error) {
    if (error instanceof EncodeError) return error.message
    throw error
  }
}
