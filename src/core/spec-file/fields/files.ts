import { utf8 } from '../../../base/host/bytes.ts'
import type { Code } from '../../../base/report/codes.ts'
import { checked, shaped } from '../values.ts'

/** Paths of the device and beside the spec, and modes. */

/** A path as it will stand on the device: absolute and without detours. */
export const devicePath = (code: Code, description: string) =>
  checked((path) => {
    const plain = /^(\/[^/]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path) && utf8(path).length <= 1024
    return plain
      ? undefined
      : { code, predicate: 'is not a plain absolute path', hint: 'starts with /, does not end with it, no //, . or ..' }
  }, description)

/** A path of the device in whose name nothing has a meaning of its own to any program that reads it. */
export const plainFolder = (code: Code, description: string) =>
  checked((path) => {
    const isPlain = /^(\/[A-Za-z0-9_+@.-]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path) && path.length <= 200
    return isPlain
      ? undefined
      : { code, predicate: 'is not a plain absolute path', hint: 'e.g. /srv/sftp/alice: letters, digits and _ + @ . -' }
  }, description)

/** A file beside the spec. */
export const referenced = (description: string) =>
  checked((path) => {
    if (path === '') return { code: 'SPC007', predicate: 'names no file' }
    return path.startsWith('~')
      ? {
          code: 'SPC007',
          predicate: 'starts with ~, which is not expanded',
          hint: 'write in place of ~ what this prints: echo ~',
        }
      : undefined
  }, description)

export const fileMode = (description: string) => {
  const hint = 'in quotes, four octal digits: "0644" (unquoted, YAML reads the decimal number 644)'
  return shaped(/^0?[0-7]{3}$|^[0-7]{4}$/, { code: 'FIL011', predicate: 'is not a file mode', hint }, description, {
    code: 'FIL011',
    predicate: 'must be quoted: YAML reads a number here, not an octal mode',
    hint,
  })
}
