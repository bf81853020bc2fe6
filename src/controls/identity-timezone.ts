import { zoneName } from '../encode/identity.ts'
import type { Operation } from '../plan/operation.ts'
import { suggest } from '../spec/suggest.ts'
import type { Tree } from '../tree/tree.ts'
import type { Context, Contribution } from './control.ts'
import { editedFile } from './edited-file.ts'

const ZONES = '/usr/share/zoneinfo'

/** /etc/localtime as timedatectl writes it (localtime(5)), and /etc/timezone where the release still has it. */
export function timezone({ spec, inventory, because }: Context): Contribution {
  if (spec.device.timezone === undefined) return {}
  const { root } = inventory
  const zone = zoneName(spec.device.timezone)
  const path = ['device', 'timezone'] as const
  const known = isZone(root, zone) ? [] : zones(root, ZONES)
  if (known.length > 0) {
    const near = suggest(zone, known)
    const hint = near === undefined ? 'as in timedatectl list-timezones' : `did you mean '${near}'?`
    return {
      problems: [{ severity: 'error', code: 'NET020', path, message: `the image has no time zone '${zone}'`, hint }],
    }
  }
  const origin = because(path, 'the time zone of the device')
  const operations: Operation[] = [
    { kind: 'symlink', partition: 'root', path: '/etc/localtime', target: `..${ZONES}/${zone}`, origin },
  ]
  if (root.lstat('/etc/timezone') !== undefined) operations.push(editedFile(root, '/etc/timezone', `${zone}\n`, origin))
  return { operations }
}

/** Files of lower case (`zone.tab`, `posix/`, `leapseconds`) are none. */
function isZone(root: Tree, zone: string): boolean {
  const kind = root.lstat(`${ZONES}/${zone}`)?.kind
  return kind !== undefined && kind !== 'directory' && zone.split('/').every((part) => /^[A-Z]/.test(part))
}

/** The zones' names. */
function zones(root: Tree, directory: string): string[] {
  return root.list(directory).flatMap((name) => {
    if (!/^[A-Z]/.test(name)) return []
    const place = `${directory}/${name}`
    return root.lstat(place)?.kind === 'directory' ? zones(root, place) : [place.slice(ZONES.length + 1)]
  })
}
