import { parseCrontab } from '../../../device/formats/crontab.ts'
import { plainPath } from '../../../device/formats/plain-path.ts'
import { textOf } from '../../../device/pam/source-lines.ts'
import { inForce, parseUnit } from '../../../device/systemd/settings.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import type { FileLine, Finding, Reader } from '../finding.ts'
import { unasked, wayToRoot } from './root-finding.ts'
import { Holes } from './writable.ts'

/** What root runs by itself, as far as a line names it: a program or script that others can write is theirs to fill. */
export const rootJobs: Reader = (device) => {
  const holes = new Holes(device)
  return [...cronJobs(device.root), ...services(device.root)].flatMap(({ command, at }): readonly Finding[] => {
    const named = command.match(/(?<![\w.~-])\/[^\s;&|<>()'"\x60$]+/g) ?? []
    const paths = named.map((path) => plainPath(path) ?? '/')
    // What a command is to read or write is no program: a directory on the way to it that all can write is none either.
    const programs = paths.filter((path) => device.root.lstat(device.root.resolve(path))?.kind === 'file')
    const hole = programs.map((path) => holes.on(path)).find((one) => one !== undefined)
    return hole === undefined
      ? []
      : unasked(device, hole.users).map((user) =>
          wayToRoot(
            user,
            at,
            `root runs ${command}, and ${user ?? 'everybody'} can write ${hole.place}`,
            settle(hole.place),
          ),
        )
  })
}

function settle(place: string): string {
  return `give ${place} to root, and take the right to write from others`
}

interface RootJob {
  readonly command: string
  readonly at: FileLine
}

/** What cron runs as root (crontab(5)). */
export function cronJobs(root: Tree): readonly RootJob[] {
  const tables = [
    { file: '/etc/crontab', owner: undefined },
    ...root.list('/etc/cron.d').map((name) => ({ file: `/etc/cron.d/${name}`, owner: undefined })),
    { file: '/var/spool/cron/crontabs/root', owner: 'root' },
  ]
  return tables.flatMap(({ file, owner }) =>
    parseCrontab(textOf(root, file) ?? '', owner)
      .filter(({ user }) => user === 'root')
      .map(({ command, line }) => ({ command, at: { file, line } })),
  )
}

const UNITS = '/etc/systemd/system'

/** The services, and parts of services, that stand in /etc: those of packages are in /usr, where only root writes. */
function services(root: Tree): readonly RootJob[] {
  const files = root.list(UNITS).flatMap((name) => {
    if (name.endsWith('.service')) return [`${UNITS}/${name}`]
    return name.endsWith('.service.d') ? root.list(`${UNITS}/${name}`).map((part) => `${UNITS}/${name}/${part}`) : []
  })
  const own = files.filter((file) => root.lstat(file)?.kind === 'file')
  return own.flatMap((file) => {
    const settings = parseUnit(textOf(root, file) ?? '', file)
    const user = inForce(settings, 'Service', 'User').at(-1)?.value ?? 'root'
    if (!['root', '0'].includes(user)) return []
    return ['ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost'].flatMap((key) =>
      inForce(settings, 'Service', key).map(({ value, line }) => ({
        command: value.replace(/^[-@:+!|]+/, ''),
        at: { file, line },
      })),
    )
  })
}
