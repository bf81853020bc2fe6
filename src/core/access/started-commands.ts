import { remembered } from '../../base/remembered.ts'
import { serviceOf } from '../../device/systemd/service.ts'
import type { Unit } from '../../device/systemd/units.ts'
import { linesOf } from '../undone/assignment.ts'
import type { FileLine } from './finding.ts'
import type { FinishedDevice } from './finished-device.ts'
import { startOf } from './start.ts'

/** Something that is run, or may be, when the device starts. */
export interface StartedCommand {
  /** The words of a unit's command; of a script each line is one word. */
  readonly words: readonly string[]
  readonly at: FileLine
  /** The unit or file that runs it. */
  readonly by: string
}

/** What units, SysV scripts, inetd, rc.local and cron run at a start. */
export const startedCommands = remembered((device: FinishedDevice): readonly StartedCommand[] => [
  ...services(device).flatMap((unit) => inUnit(device, unit)),
  ...sysvScripts(device),
  ...SCRIPTS.flatMap((script) => inScript(device, script)),
  ...cron(device),
])

function services(device: FinishedDevice): readonly Unit[] {
  return [...startOf(device).started.values()].map(({ unit }) => unit).filter(({ name }) => name.endsWith('.service'))
}

function inUnit(device: FinishedDevice, unit: Unit): readonly StartedCommand[] {
  const { commands, obstacles } = serviceOf(unit, startOf(device).around)
  if (obstacles.some(({ sure }) => sure)) return []
  return commands.map(({ program, args, at: { file, line } }) => ({
    words: [program, ...args],
    at: { file, line },
    by: unit.name,
  }))
}

/** Scripts of the runlevels that no unit stands for (systemd-sysv-generator(8)). */
function sysvScripts(device: FinishedDevice): readonly StartedCommand[] {
  const { root } = device
  const { units } = startOf(device)
  const links = ['2', '3', '4', '5'].flatMap((level) =>
    root.list(`/etc/rc${level}.d`).map((name) => /^S\d\d(.+)$/.exec(name)?.[1]),
  )
  const names = [...new Set(links)].filter(
    (name) => name !== undefined && units.unit(`${name}.service`).state === 'missing',
  )
  return (names as string[]).flatMap((name) => {
    const file = `/etc/init.d/${name}`
    const isThere = root.lstat(root.resolve(file))?.kind === 'file'
    return isThere ? [{ words: [name], at: { file, line: undefined }, by: file }] : []
  })
}

interface Script {
  readonly file: string
  /** Starts it; undefined: the file does so by being executable. */
  readonly unit: RegExp | undefined
}

const SCRIPTS: readonly Script[] = [
  { file: '/etc/rc.local', unit: undefined },
  { file: '/etc/inetd.conf', unit: /^(openbsd-|inetutils-)?inetd\.service$/ },
]

function inScript(device: FinishedDevice, { file, unit }: Script): readonly StartedCommand[] {
  const entry = device.root.lstat(device.root.resolve(file))
  if (entry?.kind !== 'file') return []
  const runs = unit === undefined ? (entry.mode & 0o111) !== 0 : services(device).some(({ name }) => unit.test(name))
  return runs
    ? linesOf(device.root, file).map(({ text, line }) => ({ words: [text], at: { file, line }, by: file }))
    : []
}

/** What cron starts with the device (crontab(5), `@reboot`). */
function cron(device: FinishedDevice): readonly StartedCommand[] {
  const { root } = device
  const tables = ['/etc/cron.d', '/var/spool/cron/crontabs'].flatMap((folder) =>
    root.list(folder).map((name) => `${folder}/${name}`),
  )
  return ['/etc/crontab', ...tables].flatMap((file) =>
    linesOf(device.root, file)
      .filter(({ text }) => text.startsWith('@reboot'))
      .map(({ text, line }) => ({ words: [text], at: { file, line }, by: file })),
  )
}
