import { logicalLines } from '../lines.ts'
import { textOf } from '../source-lines.ts'
import { type Answer, argument, type Module, type Transaction } from '../transaction.ts'

/** pam_time (pam_time.c): `services;terminals;users;times`; whoever a line fits is let in at its times alone. */
export const time: Module = { account: check }

function check({ root, service, tty, user }: Transaction, args: readonly string[]): Answer {
  const file = argument(args, 'conffile') ?? '/etc/security/time.conf'
  let doubt: Answer | undefined
  for (const { number, text } of logicalLines(textOf(root, file) ?? '').lines) {
    const [services = '', terminals = '', users = '', times = ''] = text.split(';').map((field) => field.trim())
    const fits = [
      [services, service],
      [terminals, tty],
      [users, user.name],
    ].every(([field, value]) => holds(field as string, (word) => isSame(word, value as string)) === true)
    if (!fits) continue
    const isTime = holds(times, (word) => (/^al0000-2400$/i.test(word) ? true : undefined))
    if (isTime === true) continue
    const at = { file, line: number }
    if (isTime === false) return { codes: ['perm_denied'], at, because: `'${text.trim()}' lets the user in at no time` }
    doubt ??= { codes: ['success', 'perm_denied'], at, because: `'${text.trim()}' lets the user in at some times only` }
  }
  return doubt ?? { codes: ['success'] }
}

/** `a & !b | c`, from the left without precedence; undefined: it depends on a word that is not known. */
function holds(field: string, is: (word: string) => boolean | undefined): boolean | undefined {
  let result: boolean | undefined = false
  let operator = '|'
  let negated = false
  for (const [token] of field.matchAll(/[&|!]|[\w*./:-]+/g)) {
    if (token === '&' || token === '|') {
      operator = token
      negated = false
    } else if (token === '!') negated = !negated
    else {
      const value = is(token)
      const right = value === undefined ? undefined : value !== negated
      result = operator === '&' ? and(result, right) : or(result, right)
    }
  }
  return result
}

function and(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true
}

function or(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === true || b === true ? true : a === undefined || b === undefined ? undefined : false
}

/** One `*` stands for anything. */
function isSame(word: string, value: string): boolean {
  const at = word.indexOf('*')
  if (at === -1) return word === value
  return value.startsWith(word.slice(0, at)) && value.endsWith(word.slice(at + 1))
}
