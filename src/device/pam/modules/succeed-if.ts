import type { PasswdEntry } from '../../formats/accounts.ts'
import { fnmatch } from '../../formats/fnmatch.ts'
import { type Answer, isMember, type Module, type Transaction } from '../transaction.ts'

/** pam_succeed_if (pam_succeed_if.c): triples of attribute, test and value, all of which must hold. */
export const succeedIf: Module = { auth: check, account: check, session: check }

const OPTIONS = ['debug', 'use_uid', 'quiet', 'quiet_fail', 'quiet_success', 'audit']

type Result = 'success' | 'auth_err' | 'service_err'

function check(transaction: Transaction, args: readonly string[]): Answer {
  const words = args.filter((arg) => !OPTIONS.includes(arg))
  const subject = args.includes('use_uid') ? transaction.caller : transaction.user
  for (let at = 0; at + 2 < words.length; at += 3) {
    const triple = words.slice(at, at + 3)
    const result = holds(triple as [string, string, string], subject, transaction)
    if (result !== 'success') return { codes: [result], because: `'${triple.join(' ')}' does not hold` }
  }
  return words.length % 3 === 0
    ? { codes: ['success'] }
    : { codes: ['service_err'], because: 'its last condition is not complete' }
}

function holds([name, test, right]: [string, string, string], subject: PasswdEntry, transaction: Transaction): Result {
  const left = attribute(name.toLowerCase(), subject, transaction)
  if (left === undefined) return 'service_err'
  const compare = numeric[test.toLowerCase()]
  if (compare !== undefined) return numbers(left, right, compare)
  const isIn = () => right.split(':').includes(left)
  const inGroup = () => right.split(':').some((group) => isMember(transaction.accounts, subject, group))
  const tests: Readonly<Record<string, () => boolean>> = {
    '=': () => left === right,
    '!=': () => left !== right,
    '=~': () => fnmatch(right, left),
    glob: () => fnmatch(right, left),
    '!~': () => !fnmatch(right, left),
    noglob: () => !fnmatch(right, left),
    in: isIn,
    notin: () => !isIn(),
    ingroup: inGroup,
    notingroup: () => !inGroup(),
    // Raspberry Pi OS has no netgroups.
    innetgr: () => false,
    notinnetgr: () => true,
  }
  const ask = tests[test.toLowerCase()]
  return ask === undefined ? 'service_err' : ask() ? 'success' : 'auth_err'
}

function attribute(
  name: string,
  subject: PasswdEntry,
  { service, caller, rhost, tty }: Transaction,
): string | undefined {
  if (['login', 'name', 'user'].includes(name)) return subject.name
  if (['home', 'dir', 'homedir'].includes(name)) return subject.home
  const values: Readonly<Record<string, string>> = {
    uid: String(subject.uid),
    gid: String(subject.gid),
    shell: subject.shell,
    service,
    ruser: /^su(do)?(-[il])?$/.test(service) ? caller.name : '',
    rhost: rhost ?? '',
    tty,
  }
  return values[name]
}

const numeric: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  lt: (a, b) => a < b,
  '<=': (a, b) => a <= b,
  le: (a, b) => a <= b,
  '>': (a, b) => a > b,
  gt: (a, b) => a > b,
  '>=': (a, b) => a >= b,
  ge: (a, b) => a >= b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
}

/** strtoll with base 0: `0x` and a leading 0 count. */
function numbers(left: string, right: string, compare: (a: number, b: number) => boolean): Result {
  const [a, b] = [left, right].map((text) =>
    /^\s*[+-]?(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text.trim().replace(/^([+-]?)0(?=\d)/, '$10o')) : undefined,
  )
  if (a === undefined || b === undefined || Number.isNaN(b)) return 'service_err'
  return compare(a, b) ? 'success' : 'auth_err'
}
