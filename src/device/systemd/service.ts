import type { Tree } from '../../storage/tree/tree.ts'
import { plainPath } from '../formats/plain-path.ts'
import { type Command, commandsOf, type Unread } from './command.ts'
import { conditionsOf, type Surroundings } from './conditions.ts'
import { environmentOf } from './environment.ts'
import { inForce, type Setting } from './settings.ts'
import { lastOf, type Unit } from './units.ts'

/** What keeps a service from running, or might. */
export interface Obstacle {
  /** False: it cannot be judged from files. */
  readonly sure: boolean
  readonly at: Setting | undefined
  /** A clause without a full stop. */
  readonly because: string
}

/** What a service runs, and what stands in its way. */
export interface Service {
  readonly unit: Unit
  /** Of ExecStart=; those that cannot be read are obstacles. */
  readonly commands: readonly Command[]
  readonly variables: ReadonlyMap<string, string>
  readonly obstacles: readonly Obstacle[]
}

/** Reads a service as systemd would start it (systemd.service(5), systemd.exec(5)). */
export function serviceOf(unit: Unit, around: Surroundings): Service {
  const { root } = around
  const { variables, missing } = environmentOf(root, unit)
  const read = (key: string) =>
    inForce(unit.settings, 'Service', key).flatMap((setting) => commandsOf(setting, unit.name, variables))
  const main = read('ExecStart')
  const helpers = HELPERS.flatMap(read)
  return {
    unit,
    variables,
    commands: main.filter((command): command is Command => 'program' in command),
    obstacles: [
      ...condition(unit, around),
      ...missing.map((path) => ({
        sure: true,
        at: undefined,
        because: `there is no ${path}, which EnvironmentFile= names`,
      })),
      ...startLines(unit),
      ...main.flatMap((command) => unread(command) ?? absent(root, command)),
      ...helpers.flatMap((command) => unread(command) ?? failing(root, command)),
      ...directory(root, unit),
    ],
  }
}

const HELPERS = ['ExecCondition', 'ExecStartPre', 'ExecStartPost'] as const

function condition(unit: Unit, around: Surroundings): Obstacle[] {
  const { judgement, at } = conditionsOf(unit, around)
  if (judgement === 'met' || at === undefined) return []
  const line = `${at.key}=${at.value}`
  return judgement === 'unmet'
    ? [{ sure: true, at, because: `${line} is not met, so ${unit.name} does not start` }]
    : [{ sure: false, at, because: `whether ${line} is met is seen on the running device only` }]
}

/** systemd refuses a service with none, and one with several that is not a oneshot. */
function startLines(unit: Unit): Obstacle[] {
  const lines = inForce(unit.settings, 'Service', 'ExecStart')
  if (lines.length === 0) return [{ sure: true, at: undefined, because: `${unit.name} has no ExecStart=` }]
  if (lines.length === 1 || lastOf(unit, 'Service', 'Type')?.value === 'oneshot') return []
  const at = lines[1] as Setting
  return [
    { sure: true, at, because: `a second ExecStart= without an empty one before it: systemd refuses ${unit.name}` },
  ]
}

function unread(command: Command | Unread): Obstacle[] | undefined {
  return 'reason' in command ? [{ sure: false, at: command.at, because: command.reason }] : undefined
}

function absent(root: Tree, command: Command | Unread): Obstacle[] {
  if ('reason' in command || programAt(root, command.program) !== undefined) return []
  return [{ sure: true, at: command.at, because: `${command.program} is not there, or is not executable` }]
}

/** Commands that succeed on any device; `sshd -t` fails where the configuration is wrong, which is read elsewhere. */
const SUCCEED = /^(true|echo|mkdir|install|chmod|chown|touch|ssh-keygen|sshd|sleep|rm|systemd-tmpfiles)$/

function failing(root: Tree, command: Command | Unread): Obstacle[] {
  if ('reason' in command || command.mayFail) return []
  const { program, args, at } = command
  const missing = absent(root, command)
  if (missing.length > 0) return missing
  const name = program.slice(program.lastIndexOf('/') + 1)
  const text = [program, ...args].join(' ')
  if (name === 'false') return [{ sure: true, at, because: `${at.key}=${text} fails, so the service does not start` }]
  return SUCCEED.test(name) ? [] : [{ sure: false, at, because: `the service does not start if ${text} fails` }]
}

function directory(root: Tree, unit: Unit): Obstacle[] {
  const at = lastOf(unit, 'Service', 'WorkingDirectory')
  const path = at?.value ?? '~'
  if (/^[-~]/.test(path) || root.lstat(root.resolve(plainPath(path) ?? '/dev/null'))?.kind === 'directory') return []
  return [{ sure: true, at, because: `WorkingDirectory=${path} is not there, so the service does not start` }]
}

/** Where a program without a slash is looked for (systemd.exec(5), ExecSearchPath=). */
const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** The real path of an executable file; undefined: there is none. */
export function programAt(root: Tree, program: string): string | undefined {
  const candidates = program.startsWith('/') ? [program] : PATH.map((folder) => `${folder}/${program}`)
  return candidates
    .flatMap((path) => plainPath(path) ?? [])
    .map((path) => root.resolve(path))
    .find((path) => {
      const entry = root.lstat(path)
      return entry?.kind === 'file' && (entry.mode & 0o111) !== 0
    })
}
