import type { FileOperation, Operation } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import { apt } from './apt.ts'
import type { Assignment, Device, Mechanism } from './assignment.ts'
import { hostname } from './hostname.ts'
import { iniMechanisms } from './ini.ts'
import { limits } from './limits.ts'
import { modprobe } from './modprobe.ts'
import { networkManager } from './network-manager.ts'
import { preset } from './preset.ts'
import { sysctl } from './sysctl.ts'
import { tmpfiles } from './tmpfiles.ts'
import { udev } from './udev.ts'
import { units } from './units.ts'

/** @internal exported for the tests */
export const mechanisms: readonly Mechanism[] = [
  apt,
  hostname,
  ...iniMechanisms,
  limits,
  modprobe,
  networkManager,
  preset,
  sysctl,
  tmpfiles,
  udev,
  units,
]

/**
 * What other files of the device undo: each value that pibake writes, and that another file, of the image or of the
 * spec's `files`, replaces. One note for all that one file undoes. sshd, sudo and ufw are the access proof's.
 *
 * @param operations those on the root partition
 */
export function undoneNotes(device: Device, operations: readonly Operation[]): readonly Note[] {
  return mechanisms.flatMap((mechanism) => {
    const ours = operations.filter(
      (operation): operation is FileOperation => operation.kind === 'file' && mechanism.isOurs(operation.path),
    )
    if (ours.length === 0) return []
    return notesOf(rivals(mechanism.read(device), mechanism), ours)
  })
}

interface Rival {
  readonly own: Assignment
  readonly other: Assignment
}

/** Our own assignments that do not count in the end, and what does. */
function rivals(assignments: readonly Assignment[], { isOurs }: Mechanism): readonly Rival[] {
  const last = new Map(assignments.map((assignment) => [assignment.key, assignment]))
  return assignments
    .filter(({ file }) => isOurs(file))
    .flatMap((own) => {
      const other = last.get(own.key) as Assignment
      return isOurs(other.file) || other.value === own.value ? [] : [{ own, other }]
    })
}

function notesOf(found: readonly Rival[], ours: readonly FileOperation[]): readonly Note[] {
  const byFile = new Map<string, Rival[]>()
  for (const rival of found) byFile.set(rival.other.file, [...(byFile.get(rival.other.file) ?? []), rival])
  return [...byFile.values()].map((undone) => {
    const { own, other } = undone[0] as Rival
    const operation = ours.find(({ path }) => path === own.file) as FileOperation
    const each = undone.map(({ own, other }) => `${own.key} = ${other.value} in place of ${own.value}`)
    const what = [...new Set(each)].join(', ')
    return {
      severity: 'warning',
      message: `${other.file}:${other.line} wins over ${own.file}: ${what}`,
      origin: operation.lines?.get(own.line - 1) ?? operation.origin,
    }
  })
}
