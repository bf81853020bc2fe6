import { assertVisible, EncodeError, type Encoder } from './encode.ts'

/**
 * A value of a systemd unit or of systemd's own *.conf files (systemd.syntax(7)): `%` is a specifier and is doubled;
 * quotes, backslashes and `$` are unquoted or replaced in some settings, and no value here needs them.
 */
export const unit: Encoder = (value) => {
  assertVisible(value)
  if (value !== value.trim()) throw new EncodeError('starts or ends with a space')
  if (/["'\\$]/.test(value)) throw new EncodeError('holds a quote, a backslash or $')
  return value.replaceAll('%', '%%')
}
