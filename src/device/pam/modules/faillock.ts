import { numberedLines } from '../source-lines.ts'
import { type Answer, argument, type Module, type Transaction } from '../transaction.ts'

/** pam_faillock (pam_faillock.c): failures are counted below /run, which is empty when the device has started. */
export const faillock: Module = { auth: authenticate, account: () => ({ codes: ['success'] }) }

function authenticate({ root, user }: Transaction, args: readonly string[]): Answer {
  const conf = argument(args, 'conf') ?? '/etc/security/faillock.conf'
  const set = numberedLines(root, conf).map(({ text }) => /^\s*dir\s*=\s*(\S+)/.exec(text)?.[1])
  const folder = argument(args, 'dir') ?? set.findLast((value) => value !== undefined) ?? '/var/run/faillock'
  const file = root.resolve(`${folder}/${user.name}`)
  const tally = root.lstat(file)
  if (!file.startsWith('/run/') && tally?.kind === 'file' && tally.size > 0) {
    const because = 'failed log-ins of the user are counted in this file, and may be too many'
    return { codes: ['auth_err', 'success'], at: { file, line: undefined }, because }
  }
  return { codes: [args.includes('authfail') ? 'ignore' : 'success'] }
}
