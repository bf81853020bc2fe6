import type { PasswdEntry } from '../../../device/formats/accounts.ts'
import { passwordOf } from '../../../device/formats/password.ts'
import { loginShellRefusal } from '../../../device/inspect/login-shell.ts'
import type { Outcome } from '../../../device/pam/dispatch.ts'
import { evaluate } from '../../../device/pam/evaluate.ts'
import { groupsOf, refusal } from '../../../device/sshd/allow-deny.ts'
import { effectiveFor } from '../../../device/sshd/effective.ts'
import type { Finding, Reader, Way } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { transactionOf } from './pam.ts'
import { type Caller, LAN_CLIENT, type Service, serviceOf, stackOf } from './pam-services.ts'

/** Whom PAM lets through without the password: by a stack that admits anybody, or because the account has an empty one. */
export const openDoors: Reader = (device) => {
  const people = device.accounts.passwd.filter(
    (user) => loginShellRefusal(device.root, device.accounts, user) === undefined,
  )
  const su = bySu(device, 'su')
  return [
    ...overSsh(device, people),
    ...atTheConsole(device, people),
    // `su -` asks for the service su-l, which mostly is that of su.
    ...(su.length > 0 ? su : bySu(device, 'su-l')),
    ...bySudo(device),
  ]
}

/** Ways to log in on the device itself, by the service that asks; those of a display only where it is there. */
const CONSOLES = ['login', 'lightdm', 'greetd', 'sddm', 'gdm-password'] as const

function overSsh(device: FinishedDevice, people: readonly PasswdEntry[]): readonly Finding[] {
  const { root, release, accounts } = device
  return people.flatMap((user) => {
    const service = serviceOf(device, 'sshd', user)
    if (!service?.takesPasswords) return []
    const connection = { user: user.name, groups: groupsOf(accounts, user), address: LAN_CLIENT }
    const sshd = effectiveFor(root, release, connection)
    const isAsked = refusal(root, accounts, sshd, connection) === undefined
    return isAsked ? throughDoor(device, service, user, service.callers, 'password', user) : []
  })
}

function atTheConsole(device: FinishedDevice, people: readonly PasswdEntry[]): readonly Finding[] {
  return CONSOLES.filter((name) => name === 'login' || device.root.lstat(`/etc/pam.d/${name}`) !== undefined).flatMap(
    (name) => {
      const service: Service = { ...local(name), tty: 'tty1' }
      return people.flatMap((user) => throughDoor(device, service, user, service.callers, 'console', user))
    },
  )
}

/** Anybody who runs something on the device can run `su`: nobody stands for them all. */
function bySu(device: FinishedDevice, name: 'su' | 'su-l'): readonly Finding[] {
  const { root, accounts } = device
  const su = root.lstat(root.resolve('/usr/bin/su'))
  const target = accounts.passwd.find(({ uid }) => uid === 0)
  if (su?.kind !== 'file' || (su.mode & 0o4001) !== 0o4001 || target === undefined) return []
  const goesByCaller = stackOf(device, name)?.auth.some(({ module = '' }) =>
    /wheel|succeed_if|listfile|usertype/.test(module),
  )
  const everybody = accounts.passwd.filter(({ uid }) => uid !== 0)
  const others = goesByCaller ? everybody : everybody.slice(0, 1)
  const found = others.map((user) =>
    throughDoor(device, local(name), target, [{ user, rhost: undefined }], 'root', user),
  )
  const all = found.length > 0 && found.every((list) => list.length > 0)
  const mayAlready = (user: PasswdEntry) => device.owners.get(user.name)?.sudo === 'nopasswd'
  return all
    ? (found[0] ?? []).map((one) => ({ ...one, user: undefined }))
    : found.flatMap((list, index) => (mayAlready(others[index] as PasswdEntry) ? [] : list))
}

/** sudo is to ask these owners for their password. */
function bySudo(device: FinishedDevice): readonly Finding[] {
  return device.accounts.passwd.flatMap((user) => {
    if (device.owners.get(user.name)?.sudo !== 'password' || passwordOf(device.accounts, user) === 'empty') return []
    const service = serviceOf(device, 'sudo', user)
    return service === undefined ? [] : throughDoor(device, service, user, service.callers, 'root', user)
  })
}

function local(name: string): Service {
  return {
    name,
    tty: 'pts/0',
    callers: [{ user: undefined, rhost: undefined }],
    takesPasswords: true,
    refusesEmptyPasswords: false,
  }
}

/** What a wrong password does where the account and the session are open too. */
function throughDoor(
  device: FinishedDevice,
  service: Service,
  target: PasswdEntry,
  callers: readonly Caller[],
  way: Way,
  who: PasswdEntry,
): readonly Finding[] {
  const stack = stackOf(device, service.name)
  if (stack === undefined) return []
  for (const caller of callers) {
    const transaction = transactionOf(device, service, target, caller, 'wrong')
    const outcomes = evaluate(transaction, stack, 'auth')
    const through = outcomes.filter(({ code }) => code === 'success')
    const isStopped = (phase: 'account' | 'session') =>
      evaluate(transaction, stack, phase).every(({ code }) => code !== 'success' && code !== 'new_authtok_reqd')
    if (through.length === 0 || isStopped('account') || isStopped('session')) continue
    const [first] = through as [Outcome, ...Outcome[]]
    const isCertain = through.length === outcomes.length
    const isEmpty = passwordOf(device.accounts, target) === 'empty'
    return [isCertain ? opened(service, target, way, who, first, isEmpty) : doubted(service, way, who, first)]
  }
  return []
}

function opened(
  { name }: Service,
  target: PasswdEntry,
  way: Way,
  who: PasswdEntry,
  { by }: Outcome,
  isEmpty: boolean,
): Finding {
  if (isEmpty) {
    const because = `the password of ${target.name} is empty, and ${name} lets in whoever types none`
    const at = { file: target.password === '' ? '/etc/passwd' : '/etc/shadow', line: undefined }
    return {
      answer: 'open',
      way,
      user: who.name,
      code: 'ACC032',
      at,
      because,
      settle: `lock it: passwd -l ${target.name}`,
    }
  }
  const because = `${by?.handler.module} lets in whoever types any password (${name}, auth)`
  const settle = 'take the line out, or put the one of the package back'
  return { answer: 'open', way, user: who.name, code: 'ACC038', at: by?.handler.at, because, settle }
}

function doubted({ name }: Service, way: Way, who: PasswdEntry, { doubt }: Outcome): Finding {
  const because = `${doubt?.answer.because ?? doubt?.handler.module}: it may let in whoever types any password (${name}, auth)`
  const settle = 'take the line out, or see on the device that a wrong password is refused'
  return {
    answer: 'unproved',
    way,
    user: who.name,
    code: 'ACC052',
    at: doubt?.answer.at ?? doubt?.handler.at,
    because,
    settle,
  }
}
