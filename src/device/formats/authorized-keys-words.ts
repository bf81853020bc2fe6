import { assertVisible, EncodeError, only } from '../../base/encode/encode.ts'

/** The key type and the base64 text: what sshd compares. */
export const keyWord = only(/[A-Za-z0-9@.+/=-]+/, 'is not a word of a public key')

/** One pattern of `from="…"`: an address, a network, a host name, with `*`, `?` and a leading `!`. */
export const fromPattern = only(/!?[A-Za-z0-9*?:._/-]+/, 'is not an address, network or host pattern')

/** Free text to the end of the line. */
export function comment(value: string): string {
  return assertVisible(value)
}

/**
 * The inside of a quoted option. sshd knows one escape, `\"`; a backslash before anything else stands for itself
 * (auth-options.c, opt_dequote), so a value can hold any backslash but one at its end.
 */
export function quoted(value: string): string {
  assertVisible(value)
  if (value.endsWith('\\')) throw new EncodeError('ends with a backslash, which would swallow the closing quote')
  return `"${value.replaceAll('"', '\\"')}"`
}
