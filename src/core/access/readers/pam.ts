import type { PasswdEntry } from '../../../device/formats/accounts.ts'
import { passwordOf } from '../../../device/formats/password.ts'
import type { Outcome } from '../../../device/pam/dispatch.ts'
import { evaluate } from '../../../device/pam/evaluate.ts'
import { limitFiles, limitsOf } from '../../../device/pam/modules/limits-conf.ts'
import type { Phase } from '../../../device/pam/stack.ts'
import { argument, type Transaction } from '../../../device/pam/transaction.ts'
import type { Finding, Reader, Way } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { opensForUsers } from '../start.ts'
import { type Caller, callerOf, type Service, serviceOf, stackOf } from './pam-services.ts'

/** What PAM answers each owner where sshd, login and sudo ask it: account and session always, auth where a password is given. */
export const pam: Reader = (device) => merged(ownersOf(device).flatMap((user) => forOwner(device, user)))

function ownersOf({ accounts, owners }: FinishedDevice): readonly PasswdEntry[] {
  return accounts.passwd.filter(({ name }) => owners.has(name))
}

function forOwner(device: FinishedDevice, user: PasswdEntry): readonly Finding[] {
  const sudo = device.owners.get(user.name)?.sudo ?? 'none'
  const hasPassword = passwordOf(device.accounts, user) === 'usable'
  const sshd = serviceOf(device, 'sshd', user)
  const login = serviceOf(device, 'login', user)
  return [
    ...(sshd === undefined ? [] : asked(device, sshd, user, 'ssh', ['account', 'session'])),
    ...(sshd === undefined || !sshd.takesPasswords || !hasPassword
      ? []
      : asked(device, sshd, user, 'password', ['auth'])),
    ...(login === undefined || !hasPassword
      ? []
      : asked(device, login, user, 'console', ['auth', 'account', 'session'])),
    ...(sudo === 'none' ? [] : bySudo(device, user, sudo === 'password' && hasPassword)),
  ]
}

function bySudo(device: FinishedDevice, user: PasswdEntry, asksPassword: boolean): readonly Finding[] {
  const sudo = serviceOf(device, 'sudo', user)
  if (sudo === undefined) return []
  return asked(device, sudo, user, 'root', asksPassword ? ['auth', 'account', 'session'] : ['account', 'session'])
}

/** The first phase that does not let the user through, from one place or another. */
function asked(
  device: FinishedDevice,
  service: Service,
  user: PasswdEntry,
  way: Way,
  phases: readonly Phase[],
): readonly Finding[] {
  const stack = stackOf(device, service.name)
  if (stack === undefined) {
    const file = `/etc/pam.d/${service.name}`
    const because = `PAM finds nothing that it can use for ${service.name}, and refuses everybody`
    return [finding('shut', way, user, { file, line: undefined }, because)]
  }
  for (const phase of phases) {
    const answers = service.callers.map((caller) => ({
      caller,
      outcomes: evaluate(transactionOf(device, service, user, caller), stack, phase),
    }))
    const found = refusalOf(service, user, way, phase, answers, passwordOf(device.accounts, user) === 'usable')
    if (found !== undefined) return [found]
  }
  return phases.includes('session') ? limited(device, service, user, way) : []
}

export function transactionOf(
  device: FinishedDevice,
  service: Service,
  user: PasswdEntry,
  caller: Caller,
  password: Transaction['password'] = 'right',
): Transaction {
  const { root, release, accounts, today } = device
  return {
    root,
    release,
    accounts,
    today: Math.floor(Date.parse(today) / 86_400_000),
    service: service.name,
    user,
    caller: callerOf(accounts, caller),
    tty: service.tty,
    rhost: caller.rhost,
    password,
    refusesEmptyPasswords: service.refusesEmptyPasswords,
    losesNologin: release === 'bookworm' && opensForUsers(device),
  }
}

interface Answered {
  readonly caller: Caller
  readonly outcomes: readonly Outcome[]
}

function refusalOf(
  service: Service,
  user: PasswdEntry,
  way: Way,
  phase: Phase,
  answers: readonly Answered[],
  hasPassword: boolean,
): Finding | undefined {
  // A new password is asked for where the old one can be given.
  const passes = ({ code }: Outcome) =>
    code === 'success' || (code === 'new_authtok_reqd' && phase === 'account' && hasPassword)
  const open = answers.filter(({ outcomes }) => outcomes.every(passes))
  if (open.length === answers.length) return undefined
  const shut = answers.filter(({ outcomes }) => !outcomes.some(passes))
  const bad = (shut[0] ?? answers.find((one) => !open.includes(one)))?.outcomes.find((one) => !passes(one)) as Outcome
  const what = `${service.name}, ${phase}`
  if (shut.length === answers.length) {
    return finding('shut', way, user, placeOf(bad, service), `${reasonOf(bad)} (${what})`)
  }
  if (shut.length > 0) {
    const from = `from ${(open[0] ?? answers[0])?.caller.rhost}, but not from ${shut[0]?.caller.rhost}`
    return finding(
      'unproved',
      way,
      user,
      placeOf(bad, service),
      `${reasonOf(bad)} (${what}): it may let the user in ${from}`,
    )
  }
  const decided = bad.by?.answer.because === undefined ? undefined : bad.by
  const doubt = decided ?? answers.flatMap(({ outcomes }) => outcomes).find((one) => one.doubt !== undefined)?.doubt
  const at = doubt?.answer.at ?? doubt?.handler.at
  return finding('unproved', way, user, at, `${doubt?.answer.because ?? reasonOf(bad)} (${what})`)
}

function placeOf({ by }: Outcome, service: Service): Finding['at'] {
  return by?.answer.at ?? by?.handler.at ?? { file: `/etc/pam.d/${service.name}`, line: undefined }
}

function reasonOf({ by, code }: Outcome): string {
  if (by === undefined) return 'no module of PAM lets anybody through'
  if (by.handler.module === undefined) return 'libpam cannot use this line, and refuses everybody'
  const because = by.answer.because === undefined ? '' : `: ${by.answer.because}`
  return `${by.handler.module} answers ${code}${because}`
}

/** Least values with which a shell has been seen to start and work; below it may not. */
const LEAST: Readonly<Record<string, number>> = { nproc: 16, nofile: 32, as: 65_536, data: 8192, stack: 256, cpu: 1 }

/** Limits with which the session opens and nothing runs in it. */
function limited(device: FinishedDevice, service: Service, user: PasswdEntry, way: Way): readonly Finding[] {
  const { root, accounts } = device
  const lines = stackOf(device, service.name)?.session.filter(({ library }) => library?.name === 'pam_limits') ?? []
  return lines.flatMap(({ args }) => {
    const limits = limitsOf(root, accounts, user, limitFiles(root, argument(args, 'conf')))
    const chroot = limits.get('soft chroot') ?? limits.get('hard chroot')
    const noPrivileges = limits.get('nonewprivs')
    const small = Object.entries(LEAST).flatMap(([item, least]) => {
      const limit = [limits.get(`hard ${item}`), limits.get(`soft ${item}`)].find(
        (one) => one !== undefined && one.value >= 0 && one.value < least,
      )
      return limit === undefined ? [] : [{ item, ...limit }]
    })
    return [
      // Counted for the user, and so root's own processes go on.
      ...(user.uid === 0 ? [] : small).map(({ item, value, at }) => {
        const isNone = item === 'nproc' && value === 0
        const because = isNone ? 'no process is allowed (nproc 0)' : `a shell may not run with ${item} ${value}`
        return finding(isNone ? 'shut' : 'unproved', way, user, at, because)
      }),
      ...(chroot === undefined ? [] : [finding('unproved', way, user, chroot.at, 'the session is in a chroot')]),
      ...(noPrivileges?.value === 1 && way !== 'root'
        ? [finding('shut', 'root', user, noPrivileges.at, 'sudo cannot become root in a session with nonewprivs')]
        : []),
    ]
  })
}

function finding(
  answer: 'shut' | 'unproved',
  way: Way,
  user: PasswdEntry,
  at: Finding['at'],
  because: string,
): Finding {
  const code = answer === 'shut' ? 'ACC017' : 'ACC052'
  const settle = answer === 'shut' ? undefined : 'take the line out, or see on the device that the user gets through'
  return { answer, way, user: user.name, code, at, because, settle }
}

/** The same finding for several ways and users is one finding for each way. */
function merged(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map(findings.map((one) => [JSON.stringify(one), one]))
  return [...seen.values()]
}
