import { remembered } from '../../../base/remembered.ts'
import { Steps } from '../../../base/steps.ts'
import type { Accounts, PasswdEntry } from '../../../device/formats/accounts.ts'
import { textOf } from '../../../device/pam/source-lines.ts'
import { PamConfig, type Stack } from '../../../device/pam/stack.ts'
import { groupsOf } from '../../../device/sshd/allow-deny.ts'
import { methodsOf } from '../../../device/sshd/auth-methods.ts'
import { effectiveFor } from '../../../device/sshd/effective.ts'
import { globInside } from '../../../device/sshd/glob.ts'
import type { FinishedDevice } from '../finished-device.ts'

/** A program that asks PAM, and how it asks. */
export interface Service {
  readonly name: string
  readonly tty: string
  readonly callers: readonly Caller[]
  readonly takesPasswords: boolean
  readonly refusesEmptyPasswords: boolean
}

/** Who runs the program, and from where the user comes. */
export interface Caller {
  /** Undefined: root, for the program is a daemon. */
  readonly user: PasswdEntry | undefined
  readonly rhost: string | undefined
}

/** Where a client may come from if no rule tells clients apart. */
export const LAN_CLIENT = '192.168.1.10'
const OTHERS = ['203.0.113.77', '2001:db8::77'] as const

const DAEMON: Caller = { user: undefined, rhost: undefined }

/** How a program asks PAM about a user; undefined: it does not ask (UsePAM no), or is not there. */
export function serviceOf(
  device: FinishedDevice,
  program: 'sshd' | 'login' | 'sudo',
  user: PasswdEntry,
): Service | undefined {
  if (program === 'sshd') return sshdOf(device, user)
  const local = { takesPasswords: true, refusesEmptyPasswords: false }
  if (program === 'login') return { name: 'login', tty: 'tty1', callers: [DAEMON], ...local }
  return { name: 'sudo', tty: 'pts/0', callers: [{ user, rhost: undefined }], ...local }
}

function sshdOf(device: FinishedDevice, user: PasswdEntry): Service | undefined {
  const { root, release, accounts, ssh } = device
  const connection = { user: user.name, groups: groupsOf(accounts, user), address: LAN_CLIENT }
  const sshd = effectiveFor(root, release, connection)
  if (!ssh.enabled || !sshd.usePam) return undefined
  const name = sshd.value('PAMServiceName') ?? 'sshd'
  return {
    name,
    tty: 'ssh',
    callers: clients(device, name).map((rhost) => ({ user: undefined, rhost })),
    takesPasswords: methodsOf(sshd, user, true).password,
    refusesEmptyPasswords: !sshd.permitEmptyPasswords,
  }
}

const configs = new WeakMap<FinishedDevice, PamConfig>()

export function stackOf(device: FinishedDevice, service: string): Stack | undefined {
  const config = configs.get(device) ?? new PamConfig(device.root)
  configs.set(device, config)
  return config.stack(service)
}

export function callerOf(accounts: Accounts, { user }: Caller): PasswdEntry {
  const root = accounts.passwd.find(({ uid }) => uid === 0)
  return user ?? root ?? { name: 'root', password: '*', uid: 0, gid: 0, gecos: '', home: '/root', shell: '/bin/sh' }
}

/** Each is tried with each account. */
const MOST_CLIENTS = 500

/** One address of each network that the rules of a service name, and one outside of each; they are the same for all. */
const clients = remembered((device: FinishedDevice, service: string): readonly string[] => {
  const stack = stackOf(device, service)
  const args = [...(stack?.account ?? []), ...(stack?.session ?? []), ...(stack?.auth ?? [])].flatMap((one) => one.args)
  const files = args.flatMap((arg) => /^(?:accessfile|file)=(\/.*)/.exec(arg)?.[1] ?? [])
  const access = ['/etc/security/access.conf', ...globInside(device.root, '/etc/security/access.d/*.conf')]
  const texts = [
    ...args,
    ...[...access, ...files].map((file) => (textOf(device.root, file) ?? '').replace(/^#.*/gm, '')),
  ]
  const named = texts.flatMap((text) => [...text.matchAll(ADDRESS)].map(([address]) => whole(address)))
  const told = named.length === 0 ? [LAN_CLIENT] : [...new Set([LAN_CLIENT, ...OTHERS, ...named])]
  new Steps('clients that rules of PAM tell apart', MOST_CLIENTS).take({ file: `/etc/pam.d/${service}` }, told.length)
  return told
})

/** `192.0.2.7`, `192.0.2.`, `2001:db8::` */
const ADDRESS = /(?<![\w.])(?:\d{1,3}\.(?:\d{1,3}\.){0,2}\d{0,3}|[\da-f]{1,4}:[\da-f:]*:[\da-f]*)(?![\w.:])/gi

/** `192.0.` → `192.0.0.1` */
function whole(address: string): string {
  if (address.includes(':')) return address.endsWith('::') ? `${address}1` : address
  const bytes = address.split('.').filter((byte) => byte !== '')
  return [...bytes, '0', '0', '1']
    .slice(0, 3)
    .concat(bytes[3] ?? '1')
    .join('.')
}
