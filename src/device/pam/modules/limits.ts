import { textOf } from '../source-lines.ts'
import { type Answer, argument, type Module, type Transaction } from '../transaction.ts'
import { limitFiles, limitsOf } from './limits-conf.ts'

/** pam_limits (pam_limits.c): it refuses by the number of log-ins alone; what the other limits stop is for their reader. */
export const limits: Module = { session: openSession }

function openSession({ root, release, accounts, user }: Transaction, args: readonly string[]): Answer {
  const conf = argument(args, 'conf')
  const files = limitFiles(root, conf)
  const main = files[0] as string
  // Linux-PAM 1.5 wants its file; 1.7 only the one that the line of the stack names.
  if (textOf(root, main) === undefined && (release === 'bookworm' || conf !== undefined)) {
    return { codes: ['service_err'], at: { file: main, line: undefined }, because: 'pam_limits wants this file' }
  }
  const logins = limitsOf(root, accounts, user, files).get('maxlogins')
  if (logins === undefined || logins.value < 0) return { codes: ['success'] }
  if (logins.value === 0) {
    return { codes: ['perm_denied'], at: logins.at, because: 'no log-in is allowed at all (maxlogins 0)' }
  }
  // The one that logs in is counted too, and systemd --user of the first log-in may be.
  if (user.uid === 0 || logins.value > 2) return { codes: ['success'] }
  const because = `only ${logins.value} log-ins at a time are allowed, and systemd may count as one`
  return { codes: ['success', 'perm_denied'], at: logins.at, because }
}
