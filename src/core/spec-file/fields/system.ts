import * as v from 'valibot'
import { isUnproved } from '../../../base/report/codes.ts'
import { checked, shaped } from '../values.ts'

/** Values for programs that check them further: sshd, ufw, the kernel, fail2ban. */

export const unprovedCode = (description: string) =>
  checked(
    (code) =>
      isUnproved(code)
        ? undefined
        : {
            code: 'SPC013',
            predicate: 'is not the code of something that can be accepted',
            hint: 'the message that refuses the image names the code, ACC050 to ACC060',
          },
    description,
  )

/** Arguments of an sshd keyword: one line; sshd's own reading of it is checked against the image. */
export const settingValue = (description: string) =>
  checked((argument) => {
    return argument.trim() === ''
      ? { code: 'SSH003', predicate: 'has no argument', hint: 'an empty keyword keeps sshd from starting' }
      : undefined
  }, description)

/** A rule of ufw; its grammar is checked by `rules/`. */
export const ufwRule = (description: string) => checked(() => undefined, description)

export const sysctlValue = (description: string) =>
  shaped(
    /^[!-~]+( [!-~]+)*$/,
    { code: 'SVC011', predicate: 'is not a sysctl value', hint: 'e.g. "1", or several numbers with one space between' },
    description,
  )

export const moduleName = (description: string) =>
  shaped(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,55}$/,
    { code: 'SVC012', predicate: 'is not the name of a kernel module' },
    description,
  )

export const size = (description: string) =>
  shaped(
    /^[1-9]\d{0,5}[KMG]$/,
    { code: 'SVC013', predicate: 'is not a size', hint: 'a number with K, M or G, e.g. 64M' },
    description,
  )

/** A value of a jail's keyword: one line of text, a number, or a truth value. */
export const jailValue = v.union([checked(() => undefined, 'Text.'), v.number(), v.boolean()])

export const umask = (description: string) =>
  shaped(
    /^0[0-7][0-7]$/,
    { code: 'SVC024', predicate: 'is not a umask that leaves people their own files', hint: 'e.g. "027" or "077"' },
    description,
    { code: 'SVC024', predicate: 'must be in quotes, for YAML reads it as a number', hint: 'e.g. "027"' },
  )

/** agetty takes `\x` for its own (agetty(8), ISSUE FILES), and sshd and PAM take it as it is. */
export const bannerText = (description: string) =>
  shaped(
    /^(?:[\n -[\]-~]{1,4000}\n?)?$/,
    {
      code: 'SVC025',
      predicate: 'is not plain text of at most 4000 characters',
      hint: 'ASCII without backslashes; lines with |',
    },
    description,
  )
