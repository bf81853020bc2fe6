import { visible } from '../encode/visible.ts'
import { type ShownChange, showChange, textDiff } from '../plan/diff.ts'
import type { Change } from '../plan/state.ts'
import type { Target } from '../tree/tree.ts'
import type { Io } from './io.ts'
import { originText } from './origin-text.ts'

const MARKS = { create: '+', change: '~', remove: '-' } as const
const COLORS = { create: 'green', change: 'yellow', remove: 'red' } as const

/** Prints what would be done to each path, with the spec line behind it, and closes with the count. */
export function printChanges(io: Io, target: Target, changes: readonly Change[], options: { diffs: boolean }): void {
  const shown = changes.map((change) => ({ change, ...showChange(change) }))
  for (const { change, key, action, details } of shown) {
    const lines = [
      io.style(COLORS[action], `${MARKS[action]} ${visible(key)}  ${visible(details.join(', '))}`),
      `    ${originText(change.operation.origin)}`,
      ...(options.diffs ? diffLines(io, textDiff(target, change)) : []),
    ]
    io.stdout.write(`${lines.join('\n')}\n`)
  }
  const count = (action: ShownChange['action']) => shown.filter((one) => one.action === action).length
  io.stdout.write(
    changes.length === 0
      ? 'Nothing to change: the target is as the spec says.\n'
      : `${count('create')} to create, ${count('change')} to change, ${count('remove')} to remove.\n`,
  )
}

/** The hunks, without the two header lines. */
function diffLines(io: Io, diff: string | undefined): string[] {
  return (diff ?? '')
    .split('\n')
    .filter((line) => /^[-+ @]/.test(line) && !/^(---|\+\+\+) /.test(line))
    .map((line) =>
      io.style(
        line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'dim',
        `    ${line.split('\t').map(visible).join('\t')}`,
      ),
    )
}
