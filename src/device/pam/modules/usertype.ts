import { numberedLines } from '../source-lines.ts'
import type { Answer, Module, Transaction } from '../transaction.ts'

/** pam_usertype (pam_usertype.c): a system account, or a person's, by its number. */
export const usertype: Module = { auth: check, account: check, session: check }

function check(transaction: Transaction, args: readonly string[]): Answer {
  const wanted = args.findLast((arg) => arg === 'issystem' || arg === 'isregular')
  if (wanted === undefined) return { codes: ['service_err'], because: 'it says neither issystem nor isregular' }
  const { uid } = args.includes('use_uid') ? transaction.caller : transaction.user
  const first = loginDef(transaction, 'UID_MIN') ?? 1000
  const lastOfSystem = loginDef(transaction, 'SYS_UID_MAX') ?? first - 1
  // 65534 is nobody.
  const isSystem = uid === 65_534 || (uid <= lastOfSystem && uid < first)
  if (isSystem === (wanted === 'issystem')) return { codes: ['success'] }
  return { codes: ['auth_err'], because: `the uid ${uid} is ${isSystem ? '' : 'not '}one of the system` }
}

/** The first line of login.defs that sets a number. */
function loginDef({ root }: Transaction, name: string): number | undefined {
  const line = numberedLines(root, '/etc/login.defs').find(({ text }) =>
    new RegExp(`^\\s*${name}\\s+\\d+\\s*$`).test(text),
  )
  return line && Number(/(\d+)\s*$/.exec(line.text)?.[1])
}
