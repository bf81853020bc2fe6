import { passwordOf } from '../../../device/formats/password.ts'
import { type Caller, callerOf, hostnameOf } from '../../../device/sudo/caller.ts'
import { settingFor, sudoFor } from '../../../device/sudo/evaluate.ts'
import { readSudoers, type SourceLine, type Sudoers } from '../../../device/sudo/read.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import type { Finding } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'

/** What a setting does: `shut` for sure, or as the device has it. */
interface Effect {
  readonly answer: 'shut' | 'unproved'
  readonly because: string
}

interface Setting {
  readonly name: string
  /** It counts only where sudo asks for a password. */
  readonly asking?: true
  /** @param get another setting in force for the same caller */
  readonly judge: (
    value: boolean | string,
    root: Tree,
    get: (name: string) => boolean | string | undefined,
  ) => Effect | undefined
}

const shut = (because: string): Effect => ({ answer: 'shut', because })
const unproved = (because: string): Effect => ({ answer: 'unproved', because })

/** Settings that can keep somebody from root whom the rules allow it (sudoers(5)); seen with sudo of both releases. */
const SETTINGS: readonly Setting[] = [
  {
    name: 'passwd_tries',
    asking: true,
    judge: (value) =>
      /^0+$/.test(String(value)) ? shut('sudo lets nobody type a password (passwd_tries=0)') : undefined,
  },
  ...['log_input', 'log_output', 'log_stdin', 'log_stdout', 'log_stderr', 'log_ttyin', 'log_ttyout'].map(
    (name): Setting => ({
      name,
      judge: (value, root, get) => (value === false ? undefined : unwritableLog(root, get)),
    }),
  ),
  { name: 'logfile', judge: unwritableLogFile },
  { name: 'runchroot', judge: (value, root) => directory(value, root, 'runs its commands in the root directory') },
  {
    name: 'runcwd',
    judge: (value, root) => (isDirectory(root, value) ? undefined : directory(value, root, 'starts its commands in')),
  },
  { name: 'runas_check_shell', judge: (value, root) => (value === true ? shellOfRoot(root) : undefined) },
  {
    name: 'noexec',
    judge: (value) => (value === true ? unproved('commands run by sudo may start no others (noexec)') : undefined),
  },
  { name: 'apparmor_profile', judge: (value) => named(value, 'commands run in the AppArmor profile') },
  { name: 'command_timeout', judge: (value) => named(value, 'sudo ends its commands after') },
  {
    name: 'timestampowner',
    judge: (value) => (value === 'root' ? undefined : named(value, 'who has typed the password is noted in files of')),
  },
  {
    name: 'pam_service',
    judge: (value) => (value === 'sudo' ? undefined : named(value, 'sudo asks PAM for the service')),
  },
  {
    name: 'pam_login_service',
    judge: (value) =>
      ['sudo', 'sudo-i'].includes(String(value)) ? undefined : named(value, 'sudo -i asks PAM for the service'),
  },
]

/** For each owner who is to become root. */
export function sudoSettings({ root, accounts, owners }: FinishedDevice): readonly Finding[] {
  const hostname = hostnameOf(root)
  const sudoers = readSudoers(root, hostname)
  const admins = accounts.passwd.filter(({ name }) => (owners.get(name)?.sudo ?? 'none') !== 'none')
  return admins.flatMap((user) => {
    const caller = callerOf(accounts, user, hostname)
    const asks = sudoFor(sudoers, caller).needsPassword && passwordOf(accounts, user) === 'usable'
    return SETTINGS.filter(({ asking }) => asks || !asking).flatMap((setting) => judged(root, sudoers, caller, setting))
  })
}

/** A setting for a host by its address may hold or not: what it shuts is then not proved. */
function judged(root: Tree, sudoers: Sudoers, caller: Caller, { name, judge }: Setting): readonly Finding[] {
  const worlds = [false, true].map((holds) => {
    const get = (other: string) => settingFor(sudoers, caller, other, () => holds)
    const found = get(name)
    const effect = found && judge(found.value, root, (other) => get(other)?.value)
    return found && effect && { at: found.at, ...effect }
  })
  const [certain, possible] = worlds
  if (certain !== undefined) return [finding(caller, certain.at, certain)]
  return possible === undefined ? [] : [finding(caller, possible.at, { ...possible, answer: 'unproved' })]
}

function finding({ user }: Caller, at: SourceLine, { answer, because }: Effect): Finding {
  const code = answer === 'shut' ? 'ACC022' : 'ACC057'
  return { answer, way: 'root', user, code, at, because, settle: 'take the setting out' }
}

function named(value: boolean | string, what: string): Effect | undefined {
  return typeof value === 'string' ? unproved(`${what} ${value}`) : undefined
}

/** A log that cannot be written keeps sudo from running anything: a directory below a file cannot be made. */
function unwritableLog(root: Tree, get: (name: string) => boolean | string | undefined): Effect | undefined {
  const directory = get('iolog_dir')
  if (typeof directory !== 'string' || get('ignore_iolog_errors') === true) return undefined
  const parts = directory.split('/').filter((part) => part !== '')
  const above = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
  if (/^(proc|sys)$/.test(parts[0] ?? ''))
    return shut(`the log of sudo cannot be written: the kernel is at /${parts[0]}`)
  const blocking = above.find((path) => !['directory', undefined].includes(root.lstat(root.resolve(path))?.kind))
  return blocking === undefined ? undefined : shut(`the log of sudo cannot be written: ${blocking} is not a directory`)
}

/** The same of the log of commands, whose errors count only where `ignore_logfile_errors` is switched off. */
function unwritableLogFile(
  value: boolean | string,
  root: Tree,
  get: (name: string) => boolean | string | undefined,
): Effect | undefined {
  if (typeof value !== 'string' || get('ignore_logfile_errors') !== false) return undefined
  const folder = value.slice(0, value.lastIndexOf('/')) || '/'
  return isDirectory(root, folder)
    ? undefined
    : shut(`the log of sudo cannot be written: there is no directory ${folder}`)
}

function directory(value: boolean | string, root: Tree, what: string): Effect | undefined {
  if (typeof value !== 'string' || value === '*' || value.startsWith('~')) return undefined
  return isDirectory(root, value)
    ? unproved(`sudo ${what} ${value}`)
    : shut(`sudo ${what} ${value}, which is not there`)
}

function isDirectory(root: Tree, value: boolean | string): boolean {
  return typeof value === 'string' && value.startsWith('/') && root.lstat(root.resolve(value))?.kind === 'directory'
}

function shellOfRoot(root: Tree): Effect | undefined {
  const text = (path: string) => new TextDecoder().decode(root.read(path) ?? new Uint8Array()).split('\n')
  const shell = text('/etc/passwd')
    .find((line) => /^[^:]*:[^:]*:0:/.test(line))
    ?.split(':')[6]
  return shell === undefined || text('/etc/shells').includes(shell)
    ? undefined
    : shut(`sudo runs commands only for users whose shell is in /etc/shells, and root's ${shell} is not`)
}
