import { bytewise } from '../../base/order.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { parseUnit, unitValues } from './settings.ts'
import { unitName } from './unit-name.ts'

const FOLDERS = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
] as const

/** The names of all units of a tree, with those that only a SysV script makes, sorted. */
export function unitNames(root: Tree): readonly string[] {
  const files = FOLDERS.flatMap((folder) => root.list(folder)).filter((name) => unitName(name) === name)
  const scripts = root.list('/etc/init.d').map((name) => `${name}.service`)
  return [...new Set([...files, ...scripts])].sort(bytewise)
}

/** Where a unit is read from. */
export interface UnitFile {
  readonly path: string
  /** The name that its file has, which differs from the unit's where that is an alias, or an instance of a template. */
  readonly name: string
  readonly text: string
}

/**
 * The file of a unit; for an instance (`getty@tty1.service`) its template's. Undefined: no such file, or masks alone.
 *
 * @param planned the content of a file that is to be laid onto the tree
 */
export function unitFile(
  root: Tree,
  unit: string,
  planned: (path: string) => Uint8Array | undefined = () => undefined,
): UnitFile | undefined {
  for (const name of [unit, unit.replace(/@[^.]+\./, '@.')]) {
    for (const folder of FOLDERS) {
      const path = `${folder}/${name}`
      const laid = planned(path)
      const real = laid === undefined ? root.resolve(path) : path
      if (laid === undefined && (real === '/dev/null' || root.lstat(real)?.kind !== 'file')) continue
      const text = new TextDecoder().decode(laid ?? root.read(real))
      return { path, name: real.slice(real.lastIndexOf('/') + 1), text }
    }
  }
  return undefined
}

function unitText(root: Tree, unit: string): string | undefined {
  return unitFile(root, unit)?.text
}

/**
 * The units that would start `unit` although it is off: sockets, paths and timers that trigger it, and what its own
 * [Install] section names with `Also=`, as `systemctl disable` follows it.
 */
export function starters(root: Tree, unit: string): readonly string[] {
  const names = unitNames(root)
  const triggers = names.filter((name) => {
    const suffix = /\.(socket|path|timer)$/.exec(name)?.[1]
    if (suffix === undefined || name === unit) return false
    const text = unitText(root, name)
    if (text === undefined) return false
    const section = suffix.charAt(0).toUpperCase() + suffix.slice(1)
    const started = unitValues(parseUnit(text, name), section, suffix === 'socket' ? 'Service' : 'Unit').at(-1)
    return (started ?? name.replace(/\.\w+$/, '.service')) === unit
  })
  const also = unitValues(parseUnit(unitText(root, unit) ?? '', unit), 'Install', 'Also').filter((name) =>
    names.includes(name),
  )
  return [...new Set([...triggers, ...also])].filter((name) => name !== unit).sort(bytewise)
}
