import { assertVisible, EncodeError, type Encoder } from './encode.ts'

/**
 * A value of an INI file as Python's configparser reads it for fail2ban (fail2ban/client/configparserinc.py): `%` starts
 * an interpolation, `;` or `#` at the start or after a space a comment, and spaces at the ends are cut.
 */
export const ini: Encoder = (value) => {
  assertVisible(value)
  if (value !== value.trim()) throw new EncodeError('starts or ends with a space')
  if (value.includes('%')) throw new EncodeError('holds %, which starts an interpolation')
  if (/(^|\s)[;#]/.test(value)) throw new EncodeError('holds a ; or # that starts a comment')
  return value
}
