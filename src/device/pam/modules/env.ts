import { logicalLines } from '../lines.ts'
import { textOf } from '../source-lines.ts'
import { type Answer, argument, type Module, type Transaction } from '../transaction.ts'

/** pam_env (pam_env.c): it fails by a file whose lines it cannot read. */
export const env: Module = {
  auth: () => ({ codes: ['ignore'] }),
  account: () => ({ codes: ['service_err'], because: 'pam_env has no part in account' }),
  session: openSession,
}

/** `NAME DEFAULT=value OVERRIDE="a value"` (pam_env.conf(5)). */
const LINE = /^[A-Za-z_]\w*(?:[ \t]+(?:DEFAULT|OVERRIDE)=(?:"[^"]*"|[^"\s]*))*[ \t\r]*$/

function openSession({ root, user }: Transaction, args: readonly string[]): Answer {
  const files = [argument(args, 'conffile') ?? '/etc/security/pam_env.conf']
  if (argument(args, 'user_readenv') === '1') {
    files.push(`${user.home}/${argument(args, 'user_envfile') ?? '.pam_environment'}`)
  }
  for (const file of files) {
    const bad = logicalLines(textOf(root, file) ?? '').lines.find(({ text }) => !LINE.test(text))
    if (bad === undefined) continue
    const because = `pam_env may not be able to read '${bad.text.trim()}', and refuses everybody then`
    return { codes: ['success', 'abort'], at: { file, line: bad.number }, because }
  }
  return { codes: ['success'] }
}
