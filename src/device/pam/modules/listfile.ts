import type { ReturnCode } from '../return-codes.ts'
import { numberedLines } from '../source-lines.ts'
import { type Answer, argument, isMember, type Module, type Transaction } from '../transaction.ts'

/** pam_listfile (pam_listfile.c): is the user, group, shell, terminal or host in a file? */
export const listfile: Module = { auth: check, account: check, session: check }

function check(transaction: Transaction, args: readonly string[]): Answer {
  const { root, release, accounts, user } = transaction
  const file = argument(args, 'file')
  const item = argument(args, 'item')
  const sense = argument(args, 'sense')
  const apply = argument(args, 'apply')
  const onError = answerOnError(args)
  if (file === undefined || !isItem(item) || (sense !== 'allow' && sense !== 'deny') || apply === '' || apply === '@') {
    return { codes: [onError], because: 'file, item or sense is missing or wrong' }
  }
  const isAboutOthers =
    apply !== undefined &&
    !['user', 'ruser', 'group', 'shell'].includes(item) &&
    (release === 'bookworm' ||
      !(apply.startsWith('@') ? isMember(accounts, user, apply.slice(1)) : apply === user.name))
  // The one of Linux-PAM 1.5 takes nobody for whom `apply` names.
  if (isAboutOthers) return { codes: ['ignore'] }
  const at = { file, line: undefined }
  const miss = (because: string): Answer =>
    sense === 'deny' ? { codes: ['success'] } : { codes: ['auth_err'], at, because }
  const value = itemOf(item, transaction)
  if (value === '') return miss('the user has no such thing as the list is of')
  const entry = root.lstat(file)
  if (entry === undefined)
    return { codes: [onError], at, because: 'pam_listfile is to read this file, which is not there' }
  if (entry.kind !== 'file' || (entry.mode & 0o002) !== 0) {
    return { codes: ['auth_err'], at, because: 'it is not a regular file, or all may write to it' }
  }
  const line = numberedLines(root, file).find(({ text }) => {
    const name = text.replace(/\r.*/s, '')
    if (item === 'group') return name !== '' && isMember(accounts, user, name)
    return (item === 'tty' ? name.replace(/^\/dev\//, '') : name) === value
  })
  if (line === undefined) return miss('the user is not in this list')
  return sense === 'allow'
    ? { codes: ['success'] }
    : { codes: ['auth_err'], at: line.at, because: 'the list refuses whom it names' }
}

/** `onerr=` counts from its place on: for a wrong word before it the module fails (pam_listfile.c). */
function answerOnError(args: readonly string[]): ReturnCode {
  let answer: ReturnCode = 'service_err'
  for (const arg of args) {
    if (arg.startsWith('onerr=')) answer = arg === 'onerr=succeed' ? 'success' : 'service_err'
    else if (/^sense=(?!(allow|deny)$)/.test(arg)) return answer
  }
  return answer
}

function isItem(item: string | undefined): item is string {
  return ['user', 'tty', 'rhost', 'ruser', 'group', 'shell'].includes(item ?? '')
}

function itemOf(item: string, { user, caller, tty, rhost, service }: Transaction): string {
  if (item === 'tty') return tty
  if (item === 'rhost') return rhost ?? ''
  if (item === 'ruser') return /^su(do)?(-[il])?$/.test(service) ? caller.name : ''
  return item === 'shell' ? user.shell : user.name
}
