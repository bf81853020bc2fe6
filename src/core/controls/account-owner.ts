import type { Owner } from '../../base/owner.ts'
import type { Code } from '../../base/report/codes.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { type AccountLedger, FIRST_ID, LAST_ID } from '../../device/formats/account-ledger.ts'
import type { Operation } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import type { User } from '../spec-file/spec.ts'
import { groupsOf } from './account-groups.ts'
import { homeOperations, homeProblem } from './account-home.ts'
import { numberProblems } from './account-numbers.ts'
import type { Context } from './control.ts'

export interface Settled {
  readonly operations: readonly Operation[]
  readonly notes: readonly Note[]
  readonly problems: readonly Problem[]
}

/** Enters one owner into the account files and makes the home: with a number of its own, or in place when the image has the account. */
export function settleOwner(context: Context, ledger: AccountLedger, user: User, index: number): Settled {
  const path: SpecPath = ['users', index]
  const origin = context.because([...path, 'name'], `an account for ${user.name}`)
  const before = ledger.get('passwd', user.name)
  const named = nameProblems(ledger, user, path)
  const problems = [...named, ...shellProblems(context, user, path)]
  if (named.length === 0)
    problems.push(...numberProblems(ledger, 'passwd', { name: user.name, id: user.uid }, [...path, 'uid']))
  const groups = groupsOf(context, ledger, user, index)
  problems.push(...groups.problems)
  if (problems.length > 0) return { operations: [], notes: groups.notes, problems }

  const owner = numbersOf(ledger, user, origin)
  const home = before?.[5] ?? `/home/${user.name}`
  const gecos = before?.[4] ?? ''
  ledger.set('passwd', [user.name, 'x', String(owner.uid), String(owner.gid), gecos, home, user.shell], origin)
  ledger.set('shadow', shadowLine(user, context), context.because([...path, 'passwordHash'], passwordReason(user)))
  ledger.leaveAll(user.name, groups.stays)
  for (const group of groups.joins) ledger.join(user.name, group, groups.origin)
  ledger.addSubordinates(user.name, origin)

  const wrong = homeProblem(context.inventory.root, home, owner, path)
  if (wrong !== undefined) return { operations: [], notes: groups.notes, problems: [wrong] }
  return { operations: homeOperations(context, user, index, { home, owner }), notes: groups.notes, problems: [] }
}

/** The account's own numbers; a new one takes the first that is free for the user and for the group of its name. */
function numbersOf(ledger: AccountLedger, user: User, origin: Origin): Owner {
  const before = ledger.get('passwd', user.name)
  if (before !== undefined) {
    for (const file of ['group', 'gshadow'] as const) ledger.mark(file, user.name, origin)
    return { uid: Number(before[2]), gid: Number(before[3]) }
  }
  const id = user.uid ?? ledger.freeId()
  ledger.addGroup(user.name, id, origin)
  return { uid: id, gid: id }
}

/**
 * shadow(5). The day of the last change stays empty: the clock of a board without battery is behind at the first start, and
 * a change "in the future" confuses ageing; empty means that no ageing takes place. Where the ages of passwords matter
 * it is the day of the image, with an end that never comes. 0 asks for a new password at log-in.
 */
function shadowLine(user: User, { spec, epoch }: Context): string[] {
  const day = spec.hardening.passwords.maxAge === undefined ? '' : String(Math.floor(epoch / 86_400))
  const lastChange = user.mustChangePassword ? '0' : day
  // pam_unix refuses from the day in the field on; the spec names the last day that is good.
  const expires = user.expires === undefined ? '' : String(Date.parse(user.expires) / 86_400_000 + 1)
  // `*` is "no password"; `!` would be "locked", for which sshd without PAM refuses keys as well.
  return [user.name, user.passwordHash?.reveal() ?? '*', lastChange, '0', '99999', '7', '', expires, '']
}

function passwordReason(user: User): string {
  return user.passwordHash === undefined ? 'no password: this account has keys only' : 'the password, as a hash'
}

function nameProblems(ledger: AccountLedger, user: User, path: SpecPath): Problem[] {
  const error = (code: Code, message: string, hint: string): Problem => {
    return { severity: 'error', code, path: [...path, 'name'], message, hint }
  }
  const before = ledger.get('passwd', user.name)
  if (before === undefined) {
    if (ledger.get('group', user.name) === undefined) return []
    return [error('USR021', `the image has a group '${user.name}' that is not this user's`, 'choose another name')]
  }
  const uid = Number(before[2])
  if (uid < FIRST_ID || uid > LAST_ID)
    return [error('USR020', `'${user.name}' is a system account of the image (uid ${uid})`, 'choose another name')]
  if (!/^\/home\/[^/]+$/.test(before[5] as string))
    return [error('USR022', `the image's account '${user.name}' has no home under /home`, 'choose another name')]
  return []
}

/** bash and sh are essential in Debian; any other shell has to be in the image. */
function shellProblems({ inventory }: Context, user: User, path: SpecPath): Problem[] {
  if (user.shell === '/bin/bash' || user.shell === '/bin/sh') return []
  const entry = inventory.root.lstat(inventory.root.resolve(user.shell))
  if (entry?.kind === 'file' && (entry.mode & 0o111) !== 0) return []
  return [
    {
      severity: 'error',
      code: 'USR023',
      path: [...path, 'shell'],
      message: `the image has no program ${user.shell}`,
      hint: 'a log-in with a missing shell fails; take /bin/bash',
    },
  ]
}
