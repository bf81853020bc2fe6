import type { Surroundings } from '../../device/systemd/conditions.ts'
import {
  type Argument,
  argumentValues,
  kernelArguments,
  startArgument,
} from '../../device/systemd/kernel-command-line.ts'
import { serviceOf } from '../../device/systemd/service.ts'
import { failsToStart, type Started, startedFrom } from '../../device/systemd/started.ts'
import { mangledName } from '../../device/systemd/unit-name.ts'
import { Units } from '../../device/systemd/units.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { FinishedDevice } from './finished-device.ts'

/** What the finished device starts, and with what. */
export interface Start {
  readonly units: Units
  /** The unit that everything else is started from. */
  readonly target: string
  /** Why it is not default.target; undefined: it is. */
  readonly instead: string | undefined
  readonly started: ReadonlyMap<string, Started>
  readonly around: Surroundings
}

/** Readers ask one after the other about the same device. */
const known = new WeakMap<Tree, Start>()

export function startOf(device: FinishedDevice): Start {
  const start = known.get(device.root) ?? read(device)
  known.set(device.root, start)
  return start
}

function read({ root, boot, release }: FinishedDevice): Start {
  const words = kernelArguments(boot)
  const units = new Units(root, release, argumentValues(words, 'systemd.mask').map(mangledName))
  const { target, instead } = targetOf(units, words)
  const wanted = [...argumentValues(words, 'systemd.wants').map(mangledName), ...debugShell(words)]
  const first = startedFrom(units, target, wanted)
  const later = [
    ...(first.has('getty.target') ? serialGettys(words) : []),
    ...(first.has('multi-user.target') ? rcLocal(root) : []),
  ]
  const started = later.length === 0 ? first : startedFrom(units, target, [...wanted, ...later])
  return { units, target, instead, started, around: { root, boot, arguments: words } }
}

function targetOf(units: Units, words: readonly Argument[]): Pick<Start, 'target' | 'instead'> {
  const named = startArgument(words)
  const target = named?.unit ?? 'default.target'
  const why = failsToStart(units, target)
  // Without the unit that it should start, systemd starts rescue.target (main.c, do_queue_default_job()).
  if (why !== undefined) return { target: 'rescue.target', instead: `${target} cannot be started: ${why}` }
  return { target, instead: named && `cmdline.txt says ${named.argument.text}` }
}

const USER_SESSIONS = 'systemd-user-sessions.service'

/**
 * Whether systemd-user-sessions(8) runs, which takes /run/nologin away, and in Bookworm /etc/nologin with it (both
 * seen on devices that started).
 */
export function opensForUsers(device: FinishedDevice): boolean {
  const { started, around } = startOf(device)
  const unit = started.get(USER_SESSIONS)?.unit
  return unit !== undefined && !serviceOf(unit, around).obstacles.some(({ sure }) => sure)
}

/** systemd-debug-generator(8) */
function debugShell(words: readonly Argument[]): readonly string[] {
  const isOff = (value = '') => /^(0|no|n|false|f|off)$/i.test(value)
  return words.some(({ name, value }) => name === 'systemd.debug_shell' && !isOff(value)) ? ['debug-shell.service'] : []
}

/** A log-in on each serial console of the kernel (systemd-getty-generator(8)). */
function serialGettys(words: readonly Argument[]): readonly string[] {
  return argumentValues(words, 'console')
    .map((value) => value.split(',', 1)[0] as string)
    .filter((name) => /^(serial|tty[A-Z])/.test(name))
    .map((name) => `serial-getty@${name}.service`)
}

/** systemd-rc-local-generator(8) */
function rcLocal(root: Tree): readonly string[] {
  const script = root.lstat(root.resolve('/etc/rc.local'))
  return script?.kind === 'file' && (script.mode & 0o111) !== 0 ? ['rc-local.service'] : []
}
