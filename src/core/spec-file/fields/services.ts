import { shellWords } from '../../../base/encode/shell-words.ts'
import { checked, type Fault, shaped } from '../values.ts'

/** Units of systemd, and jobs. */

/** systemd.unit(5); without a suffix it is a service. */
export const unitName = (description: string) =>
  shaped(
    /^[A-Za-z0-9:_.\\@-]{1,240}$/,
    {
      code: 'SVC010',
      predicate: 'is not the name of a systemd unit',
      hint: 'e.g. avahi-daemon or avahi-daemon.socket',
    },
    description,
  )

/** Part of a unit's name that needs no escape. */
export const jobName = (description: string) =>
  shaped(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    { code: 'SVC020', predicate: 'is not a name for a job', hint: 'lower-case letters, digits and -' },
    description,
  )

/** Words that only a shell acts on. */
const SHELL = /^(?:[0-9&]?(?:>>?|<)(?:&[0-9])?|\|\|?|&&?|;)$/

export const jobCommand = (description: string) =>
  checked((command) => {
    const fault = (predicate: string, hint: string): Fault => ({ code: 'SVC020', predicate, hint })
    const words = shellWords(command)
    if (words === undefined) return fault('holds a quote that is not closed', 'close it')
    if (!/^\/[^/]/.test(words[0] ?? ''))
      return fault('does not begin with the path of a program', 'the whole path, e.g. /usr/local/bin/backup')
    if (words.some((word) => SHELL.test(word)))
      return fault('holds a word that only a shell acts on', "let a shell do it: /bin/sh -c '…', or a script in files")
    return undefined
  }, description)
