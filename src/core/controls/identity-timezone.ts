import { zoneName } from '../../base/encode/identity.ts'
import { suggest } from '../../base/report/suggest.ts'
import { isZone, successorOf, ZONES, zonesOf } from '../../device/inspect/time-zones.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type Operation, symlink } from '../plan/operation.ts'
import type { Context, Contribution } from './control.ts'
import { editedFile } from './edited-file.ts'

/** /etc/localtime as timedatectl writes it (localtime(5)), and /etc/timezone where the release still has it. */
export function timezone({ spec, inventory, because }: Context): Contribution {
  if (spec.device.timezone === undefined) return {}
  const { root } = inventory
  const zone = zoneName(spec.device.timezone)
  const path = ['device', 'timezone'] as const
  const known = isZone(root, zone) ? [] : zonesOf(root)
  if (known.length > 0) {
    const message = `the image has no time zone '${zone}'`
    return { problems: [{ severity: 'error', code: 'NET020', path, message, hint: hintFor(root, zone, known) }] }
  }
  const origin = because(path, 'the time zone of the device')
  const operations: Operation[] = [symlink('/etc/localtime', `..${ZONES}/${zone}`, { origin })]
  if (root.lstat('/etc/timezone') !== undefined) operations.push(editedFile(root, '/etc/timezone', `${zone}\n`, origin))
  return { operations }
}

function hintFor(root: Tree, zone: string, known: readonly string[]): string {
  const successor = successorOf(root, zone)
  if (successor !== undefined) return `that name is an old one; write '${successor}'`
  const near = suggest(zone, known)
  return near === undefined ? 'as in timedatectl list-timezones' : `did you mean '${near}'?`
}
