import { visible } from '../../base/encode/visible.ts'
import { pathKey, type Target } from '../../storage/tree/tree.ts'
import { showChange, textDiff } from '../plan/diff.ts'
import type { Change } from '../plan/state.ts'
import { originText } from './note-lines.ts'
import type { Paper } from './paper.ts'

const MARKS = { create: '+', change: '~', remove: '-' } as const

/** The colours of what comes, of what becomes another, and of what goes. */
export const MARK_COLORS = { '+': 'green', '~': 'yellow', '-': 'red' } as const

/** What is done to one path, the spec line behind it, and the lines that change; never a secret. */
export function changeLines(paper: Paper, target: Target, change: Change, options: { diffs: boolean }): string[] {
  const { key, action, details } = showChange(change)
  const mark = MARKS[action]
  return [
    paper.style(MARK_COLORS[mark], `${mark} ${visible(key)}  ${visible(details.join(', '))}`),
    `    ${originText(change.operation.origin)}`,
    ...(options.diffs ? diffLines(paper, textDiff(target, change)) : []),
  ]
}

/** The plan of a target that is as it is to be. */
export const NOTHING = 'Nothing to change: the target is as the spec says.'

/** `1 change`, `111 changes` */
export function changesText(count: number): string {
  return `${count} change${count === 1 ? '' : 's'}`
}

/** `103 to create, 7 to change, 1 to remove` */
export function countText(changes: readonly Change[]): string {
  const actions = changes.map((change) => showChange(change).action)
  return (['create', 'change', 'remove'] as const)
    .map((action) => `${actions.filter((one) => one === action).length} to ${action}`)
    .join(', ')
}

/**
 * The changes at a path of the device, and below it.
 *
 * @param path `/etc/ssh`; `boot:/…` and `root:/…` name the partition, `/boot/firmware/…` is where the device mounts boot
 */
export function changesAt(changes: readonly Change[], path: string): Change[] {
  const key = keyAt(path).replace(/(?<=:\/.*)\/+$/, '')
  const below = key.endsWith('/') ? key : `${key}/`
  return changes.filter(({ operation }) => pathKey(operation) === key || pathKey(operation).startsWith(below))
}

/** The partition and path that a path of the device means. */
export function keyAt(path: string): string {
  if (/^(boot|root):/.test(path)) return path
  if (path === '/boot/firmware') return 'boot:/'
  return path.startsWith('/boot/firmware/') ? `boot:${path.slice('/boot/firmware'.length)}` : `root:${path}`
}

/** The hunks, without the two header lines. */
function diffLines(paper: Paper, diff: string | undefined): string[] {
  return (diff ?? '')
    .split('\n')
    .filter((line) => /^[-+ @]/.test(line) && !/^(---|\+\+\+) /.test(line))
    .map((line) =>
      paper.style(
        line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'dim',
        `    ${line.split('\t').map(visible).join('\t')}`,
      ),
    )
}
