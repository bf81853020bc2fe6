import { type LogicalLine, logicalLines } from '../lines.ts'
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
    const { lines } = logicalLines(textOf(root, file) ?? '')
    const bad = lines.find(({ text }) => !LINE.test(text))
    if (bad !== undefined)
      return doubt(file, bad, `pam_env may not be able to read '${bad.text.trim()}', and refuses everybody then`)
    const path = lines.find(({ text }) => isEmptyPath(SET_PATH.exec(text)?.[1]))
    if (path !== undefined) return doubt(file, path, NOTHING_FOUND)
  }
  const environment = argument(args, 'envfile') ?? '/etc/environment'
  const { lines } = logicalLines(argument(args, 'readenv') === '0' ? '' : (textOf(root, environment) ?? ''))
  const path = lines.find(({ text }) => isEmptyPath(/^\s*(?:export\s+)?PATH=["']?([^"'\s]*)/.exec(text)?.[1]))
  return path === undefined ? { codes: ['success'] } : doubt(environment, path, NOTHING_FOUND)
}

const SET_PATH = /^PATH[ \t].*\b(?:DEFAULT|OVERRIDE)="?([^"\s]*)/
const NOTHING_FOUND = 'PATH has no /usr/bin in it, and a command given to ssh is not found'

/** A value that is made of others is the device's to find out. */
function isEmptyPath(value: string | undefined): boolean {
  return value !== undefined && !/[$@]/.test(value) && !/(^|:)\/(usr\/)?bin\/?(:|$)/.test(value)
}

function doubt(file: string, { number }: LogicalLine, because: string): Answer {
  return { codes: ['success', 'abort'], at: { file, line: number }, because }
}
