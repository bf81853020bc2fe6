import { argumentValues, kernelArguments } from '../../device/systemd/kernel-command-line.ts'
import type { Setting } from '../../device/systemd/settings.ts'
import { mangledName } from '../../device/systemd/unit-name.ts'
import { type Unit, Units } from '../../device/systemd/units.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type Assignment, CMDLINE, type Mechanism } from './assignment.ts'

const FOLDERS = ['/etc/systemd/system', '/usr/lib/systemd/system']
/** The first start's are below /usr/lib, so that a unit of the same name in /etc is another's. */
const UNIT =
  /^\/(?:usr\/lib\/systemd\/system\/pibake-firstboot[^/]*|etc\/systemd\/system\/(?:sysctl-reapply-network|pibake-(?!firstboot)[^/]+))\.(?:service|timer|target)$/
const DROP_IN = /\/systemd\/system\/([^/]+)\.d\/pibake[^/]*\.conf$/
const isOurs = (path: string) => UNIT.test(path) || DROP_IN.test(path)

/** Units of pibake that are masked or have drop-ins of others, and drop-ins of pibake that later ones overrule. */
export const units: Mechanism = {
  isOurs,
  read: ({ root, boot, release }) => {
    const masked = argumentValues(kernelArguments(boot), 'systemd.mask').map(mangledName)
    const all = new Units(root, release, masked)
    return oursIn(root).flatMap((path) => {
      const [, whose] = DROP_IN.exec(path) ?? []
      return whose === undefined ? ofUnit(all.unit(nameOf(path)), path) : ofDropIn(all.unit(whose), path)
    })
  },
}

function oursIn(root: Tree): readonly string[] {
  return FOLDERS.flatMap((folder) =>
    root.list(folder).flatMap((name) => {
      const path = `${folder}/${name}`
      return name.endsWith('.d') ? root.list(path).map((file) => `${path}/${file}`) : [path]
    }),
  ).filter((path) => isOurs(path) && root.lstat(path)?.kind === 'file')
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** What another file only adds to, without taking anything from it. */
const ADDED = /^(?:After|Before|Wants|Description|Documentation)$/

function ofUnit(unit: Unit, path: string): readonly Assignment[] {
  const own = { key: unit.name, value: 'as pibake wrote it', file: path, line: 1 }
  const at = unit.file === undefined || unit.file === path ? CMDLINE : { file: unit.file, line: 1 }
  if (unit.state === 'masked') return [own, { key: unit.name, value: 'masked', ...at }]
  if (unit.file !== path) return [own, { key: unit.name, value: 'another unit', ...at }]
  return unit.settings
    .filter(({ file, key }) => !isOurs(file) && !ADDED.test(key))
    .flatMap((other) => replaced(unit, path, other))
}

/** Of a unit that is not pibake's only what pibake sets, where another sets it later. */
function ofDropIn(unit: Unit, path: string): readonly Assignment[] {
  const last = unit.settings.findLastIndex(({ file }) => file === path)
  const own = unit.settings.filter(({ file }) => file === path)
  return unit.settings
    .slice(last + 1)
    .filter((other) => !isOurs(other.file) && own.some((one) => isSame(one, other)))
    .flatMap((other) => replaced(unit, path, other))
}

/** Lists to which a later line adds, unless it is empty (systemd.exec(5)). */
const LIST =
  /^(?:CapabilityBoundingSet|ReadWritePaths|RestrictAddressFamilies|SystemCallFilter|RestartPreventExitStatus)$/

function replaced({ name, settings }: Unit, path: string, other: Setting): readonly Assignment[] {
  const before = settings.findLast((one) => one.file === path && isSame(one, other))
  const value = before?.value ?? 'nothing'
  const after = LIST.test(other.key) && other.value !== '' ? `${value} ${other.value}` : other.value || 'nothing'
  const key = `${other.key} of ${name}`
  return [
    { key, value, file: path, line: before?.line ?? 1 },
    { key, value: after, file: other.file, line: other.line },
  ]
}

function isSame(a: Setting, b: Setting): boolean {
  return a.section === b.section && a.key === b.key
}
