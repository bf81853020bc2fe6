import type { Problem } from '../../base/report/report.ts'
import { type Caller, callerOf, hostnameOf } from '../../device/sudo/caller.ts'
import { ANYTHING, commandsBehind, rulesFor, type SudoVerdict, sudoFor } from '../../device/sudo/evaluate.ts'
import type { Member } from '../../device/sudo/parse.ts'
import { type Rule, readSudoers, type SourceLine, type Sudoers } from '../../device/sudo/read.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Note } from '../plan/request.ts'
import { STOCK_GROUPS } from './account-groups.ts'
import { WIZARD } from './accounts.ts'
import type { Context } from './control.ts'

/** Where pibake's own rules stand; no dot, for sudo passes over names with one. */
export const RULES = '/etc/sudoers.d/zz-pibake'

/** An account, and what sudo shall do for it; `undefined`: anything but root without a password. */
export interface Subject {
  readonly caller: Caller
  readonly wanted: 'password' | 'nopasswd' | 'none' | undefined
  /** Place of the account in `users`. */
  readonly index: number | undefined
}

/** Everybody whom a rule could concern: the owners, and the accounts of the image that stay. */
export function subjects({ spec, inventory }: Context): readonly Subject[] {
  const hostname = spec.device.hostname ?? (hostnameOf(inventory.root) || 'raspberrypi')
  const { passwd, group } = inventory.accounts
  const owners = spec.users.map(({ name, groups, sudo }, index): Subject => {
    const uid = passwd.find((entry) => entry.name === name)?.uid ?? -1
    const joined = groups === 'default' ? STOCK_GROUPS.filter((g) => g !== 'sudo' || sudo !== 'none') : groups
    const gids = group.filter((one) => [name, ...joined].includes(one.name)).map(({ gid }) => gid)
    return { caller: { user: name, uid, groups: [name, ...joined], gids, hostname }, wanted: sudo, index }
  })
  const isGone = (name: string) => name === WIZARD || (spec.defaultUser === 'remove' && name === inventory.stockUser)
  const others = passwd.filter(
    ({ name, uid }) => uid !== 0 && !isGone(name) && !spec.users.some((u) => u.name === name),
  )
  return [
    ...owners,
    ...others.map(
      (user): Subject => ({
        caller: callerOf(inventory.accounts, user, hostname),
        wanted: undefined,
        index: undefined,
      }),
    ),
  ]
}

/** Whether what sudo does for a subject is what is wanted. */
export function isAsWanted(wanted: Subject['wanted'], { allowed, needsPassword, passwordOf }: SudoVerdict): boolean {
  switch (wanted) {
    case 'password':
      return allowed && needsPassword && passwordOf === 'user'
    case 'nopasswd':
      return allowed && !needsPassword
    case 'none':
      return !allowed
    default:
      return !allowed || needsPassword
  }
}

/** What of the image still stands against the rules, with pibake's file among them. */
export function proof(root: Tree, context: Context): { problems: Problem[]; notes: Note[] } {
  const people = subjects(context)
  const sudoers = readSudoers(root, people[0]?.caller.hostname ?? '')
  if (!sudoers.rules.some(({ at }) => at.file === RULES)) {
    return {
      problems: [
        {
          severity: 'error',
          code: 'SUD011',
          path: ['users'],
          message: `/etc/sudoers of the image does not read ${RULES}`,
          hint: 'its last line must be: @includedir /etc/sudoers.d',
        },
      ],
      notes: [],
    }
  }
  const problems = people.flatMap(({ caller, wanted, index }): Problem[] => {
    const verdict = sudoFor(sudoers, caller)
    if (isAsWanted(wanted, verdict)) return []
    return [
      {
        severity: 'error',
        code: 'SUD010',
        path: index === undefined ? ['users'] : ['users', index, 'sudo'],
        message: `${place(verdict.at)} decides that ${caller.user} ${verdict.allowed ? 'becomes root' : 'cannot become root'}${verdict.allowed && !verdict.needsPassword ? ' without a password' : ''}`,
        hint: `it is read after ${RULES}: take the line out of the image`,
      },
    ]
  })
  return { problems, notes: [...skippedNotes(sudoers, context), ...commandNotes(sudoers, people, context)] }
}

function skippedNotes({ skipped }: Sudoers, context: Context): Note[] {
  const origin = context.because(['users'], 'sudo reads all rules of the image')
  return skipped.map(({ at, message }) => ({
    severity: 'warning',
    message: `sudo will skip ${place(at)}: ${message}`,
    origin,
  }))
}

/** Single commands that somebody runs as root without a password: often wanted by a package, always worth knowing. */
function commandNotes(sudoers: Sudoers, people: readonly Subject[], context: Context): Note[] {
  const origin = context.because(['users'], 'a rule of the image for single commands')
  const rules = sudoers.rules.filter((rule) => rule.kind === 'user' && rule.at.file !== RULES)
  const named = new Map<Rule, Subject[]>(rules.map((rule) => [rule, []]))
  for (const one of people.filter(({ wanted }) => wanted !== 'nopasswd')) {
    for (const rule of rulesFor(sudoers, one.caller)) named.get(rule)?.push(one)
  }
  return [...named].flatMap(([rule, subjects]): Note[] => {
    if (rule.kind !== 'user' || subjects.length === 0) return []
    const free = rule.privileges.flatMap(({ commands }) => commands).filter(({ nopasswd }) => nopasswd === true)
    const paths = free.flatMap(({ command }) => pathsOf(sudoers, command))
    return subjects.flatMap(({ caller }) => {
      const open = paths.filter((path) => {
        const { allowed, needsPassword, at } = sudoFor(sudoers, caller, path)
        return allowed && !needsPassword && at?.file === rule.at.file && at.line === rule.at.line
      })
      if (open.length === 0) return []
      const message = `${place(rule.at)} lets ${caller.user} run ${open.join(', ')} as root without a password`
      return [{ severity: 'warning', message, origin }]
    })
  })
}

function pathsOf(sudoers: Sudoers, command: Member): readonly string[] {
  const texts = commandsBehind(sudoers, command)
  return texts.map((text) => (text === 'ALL' ? ANYTHING : (text.split(/\s/)[0] as string)))
}

function place(at: SourceLine | undefined): string {
  return at === undefined ? 'no rule' : `${at.file}:${at.line}`
}
