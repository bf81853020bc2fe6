import { visible } from '../../base/encode/visible.ts'
import type { Operation } from '../plan/operation.ts'
import type { UnitRequest } from '../plan/request.ts'
import type { Change } from '../plan/state.ts'

/** What is done, in the fewest words that name it. */
export interface Item {
  readonly mark: '+' | '~' | '-'
  /** `/etc/{passwd,shadow}`, `/home/alice (6)`, `ssh.socket masked`; safe to print. */
  readonly text: string
}

/**
 * Folds the changes of one subject: a new folder stands for what is new in it, files side by side share their folder, a
 * link that switches a unit is named by the unit. What is removed is always named by its path.
 */
export function foldChanges(changes: readonly Change[], units: readonly UnitRequest[]): Item[] {
  const states = new Map(units.map(({ unit, state }) => [unit, state]))
  const switched = new Map<string, Item>()
  const rest: Change[] = []
  for (const change of changes) {
    const unit = unitOf(change.operation)
    const state = unit === undefined ? undefined : states.get(unit)
    if (unit === undefined || state === undefined) rest.push(change)
    else
      switched.set(unit, {
        mark: state === 'disabled' || state === 'masked' ? '-' : '+',
        text: visible(`${unit} ${state}`),
      })
  }
  const removed = rest.filter(({ operation }) => operation.kind === 'remove')
  const created = rest.filter(({ operation, before }) => operation.kind !== 'remove' && before.kind === 'absent')
  const changed = rest.filter(({ operation, before }) => operation.kind !== 'remove' && before.kind !== 'absent')
  return [
    ...sideBySide(changed.map(({ operation }) => shownPath(operation))).map((text): Item => ({ mark: '~', text })),
    ...foldCreated(created).map((text): Item => ({ mark: '+', text })),
    ...switched.values(),
    ...removed.map(({ operation }): Item => ({ mark: '-', text: shownPath(operation) })),
  ]
}

/** `/etc/passwd`; on the boot partition `boot:/cmdline.txt`, as `explain` takes it. */
function shownPath({ partition, path }: Operation): string {
  return visible(partition === 'root' ? path : `${partition}:${path}`)
}

/** The unit that a link of /etc/systemd/system switches on, off or away. */
function unitOf({ kind, partition, path }: Operation): string | undefined {
  if (kind !== 'symlink' && kind !== 'remove') return undefined
  if (partition !== 'root' || !path.startsWith('/etc/systemd/system/')) return undefined
  return path.slice(path.lastIndexOf('/') + 1)
}

function foldCreated(created: readonly Change[]): string[] {
  const paths = created.map(({ operation }) => ({
    path: shownPath(operation),
    isFolder: operation.kind === 'directory',
  }))
  const folders = paths.filter(({ isFolder }) => isFolder).map(({ path }) => path)
  const isBelow = (path: string, folder: string) => path.startsWith(`${folder}/`)
  const tops = folders.filter((folder) => !folders.some((other) => isBelow(folder, other)))
  const folded = tops.map((top) => {
    const below = paths.filter(({ path }) => isBelow(path, top))
    const [only, ...more] = below.filter(({ isFolder }) => !isFolder)
    if (only !== undefined && more.length === 0) return only.path
    return below.length === 0 ? `${top}/` : `${top} (${below.length + 1})`
  })
  const alone = paths.filter(({ path, isFolder }) => !isFolder && !tops.some((top) => isBelow(path, top)))
  return [...folded, ...sideBySide(alone.map(({ path }) => path))]
}

/** `/etc/{passwd,shadow}`: files of one folder are named together. */
function sideBySide(paths: readonly string[]): string[] {
  const folders = new Map<string, string[]>()
  for (const path of paths) {
    const end = path.lastIndexOf('/') + 1
    folders.set(path.slice(0, end), [...(folders.get(path.slice(0, end)) ?? []), path.slice(end)])
  }
  return [...folders].map(([folder, names]) =>
    names.length === 1 ? folder + names[0] : `${folder}{${names.join(',')}}`,
  )
}
