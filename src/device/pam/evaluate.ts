import { dispatch, type Outcome } from './dispatch.ts'
import { modules } from './modules/table.ts'
import { RETURN_CODES, type ReturnCode } from './return-codes.ts'
import type { Handler, Phase, Stack } from './stack.ts'
import type { Answer, Transaction } from './transaction.ts'

/** Every way in which PAM may answer a call for one phase. */
export function evaluate(transaction: Transaction, stack: Stack, phase: Phase): readonly Outcome[] {
  return dispatch(stack[phase], (handler) => ask(transaction, handler, phase))
}

function ask(transaction: Transaction, { module, library, args }: Handler, phase: Phase): Answer {
  // `-` before the type keeps it out of the log, and no more.
  if (library === undefined) return { codes: ['module_unknown'], because: `there is no module ${module}` }
  const known = library.name === undefined ? undefined : modules.get(library.name)
  if (known === undefined) return { codes: anyCode(phase), because: `what ${module} answers cannot be judged` }
  const judge = known[phase]
  if (judge === undefined) return { codes: ['module_unknown'], because: `${module} has no part in ${phase}` }
  return judge(transaction, args, phase)
}

/** Of a module of which nothing is known; that a new password is due only account says (pam_sm_acct_mgmt(3)). */
function anyCode(phase: Phase): readonly ReturnCode[] {
  return RETURN_CODES.filter((code) => code !== 'incomplete' && (code !== 'new_authtok_reqd' || phase === 'account'))
}
