import { LEVELS } from '../risk.ts'
import type { Account } from './accounts.ts'
import type { Box, Place, Severity } from './boxes.ts'
import type { Door } from './doors.ts'
import { ROOT, SOURCE } from './sizes.ts'

/** An arrow from one box to another, as the path of an SVG. */
export interface Wire {
  readonly level: Severity
  readonly path: string
}

export interface Drawn<T> {
  readonly of: T
  readonly box: Box
}

/** An arrow ends before its box by what its head takes. */
const HEAD = 7

/** Who comes in by a door, where it leads, and who becomes root. */
export function wiresOf(doors: readonly Drawn<Door>[], accounts: readonly Drawn<Account>[]): readonly Wire[] {
  const into = doors
    .filter(({ of }) => of.lane !== 'missing')
    .map(({ box }): Wire => ({ level: box.level, path: `M${SOURCE.x + SOURCE.width} ${middle(box)}H${box.x - HEAD}` }))
  const across = doors.flatMap(({ of, box }): Wire[] => {
    if (of.user === undefined) return []
    // An account that is not drawn is among those that the last box counts.
    const end = accounts.find((one) => one.of.user === of.user) ?? accounts.at(-1)
    return end === undefined ? [] : [{ level: box.level, path: curve(box, end.box) }]
  })
  const climbing = [
    ...accounts.filter(({ of }) => of.root !== undefined),
    ...doors.filter(({ of }) => of.leadsToRoot === true),
  ]
  const up = climbing.map(
    ({ box }): Wire => ({ level: box.level, path: `M${box.x + box.width} ${middle(box)}H${ROOT.x - HEAD}` }),
  )
  // What is drawn last lies above the rest: the worst.
  return [...into, ...across, ...up].sort((a, b) => rank(a) - rank(b))
}

function rank({ level }: Wire): number {
  return level === 'none' ? -1 : LEVELS.indexOf(level)
}

function middle({ y, height }: Place): number {
  return y + height / 2
}

function curve(from: Place, to: Place): string {
  const [start, end] = [from.x + from.width, to.x - HEAD]
  const half = (start + end) / 2
  return `M${start} ${middle(from)}C${half} ${middle(from)} ${half} ${middle(to)} ${end} ${middle(to)}`
}
