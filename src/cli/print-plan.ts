import { basename } from 'node:path'
import { visible } from '../base/encode/visible.ts'
import type { Locate, SpecPath } from '../base/report/report.ts'
import { type Change, differences } from '../core/plan/state.ts'
import type { Inventory } from '../device/inspect/inventory.ts'
import { pathKey, type Target } from '../storage/tree/tree.ts'
import { foldChanges, type Item } from './fold.ts'
import type { Io } from './io.ts'
import { lineOf } from './lock.ts'
import type { Prepared } from './prepare.ts'
import { originText } from './print.ts'
import { changeLines, countText, MARK_COLORS, NOTHING } from './print-changes.ts'
import { fillLines, screenOf } from './screen.ts'
import { type Fact, factsOf } from './subject-facts.ts'
import { bySubject, isOwn, type Subject, subjectOf } from './subjects.ts'

/** What of the plan is shown. */
export interface PlanView {
  /** Every path by its name, and all that is folded otherwise. */
  readonly all: boolean
  /** The lines that change. */
  readonly diffs: boolean
}

type Shown = Pick<Prepared, 'spec' | 'inventory' | 'plan' | 'bundle' | 'locate'> & { readonly target: Target }

/** Columns before the words of a subject: two, its name, and its space. */
const MARGIN = 14
/** Columns of these words before the place in the spec. */
const PLACE = 52
const GAP = '   '

/** `Raspberry Pi OS Lite 2026-06-18 (trixie, arm64) · pibake.yaml · profile standard` */
export function headline({ spec, inventory }: Pick<Shown, 'spec' | 'inventory'>, specFile: string): string {
  return visible(`${imageText(inventory)} · ${specFile} · profile ${spec.profile}`)
}

/** `Raspberry Pi OS Lite 2026-06-18 (trixie, arm64)` */
export function imageText({ other, variant, date, release, architecture }: Inventory): string {
  if (other !== undefined) return `${other} (${release}, ${architecture})`
  const name = variant === 'lite' ? ' Lite' : variant === 'full' ? ' Full' : ''
  return `Raspberry Pi OS${name}${date === undefined ? '' : ` ${date}`} (${release}, ${architecture})`
}

/** The plan by subject: what the spec wants, what is changed for it, and how much that is. */
export function planLines(io: Io, shown: Shown, changes: readonly Change[], view: PlanView): string[] {
  const requests = view.all ? requestLines(shown) : []
  if (changes.length === 0) return [...requests, NOTHING]
  return [...subjectLines(io, shown, changes, view), '', ...requests, `Plan: ${countText(changes)}.`]
}

/** The changes by subject, without the count. */
function subjectLines(io: Io, shown: Shown, changes: readonly Change[], view: PlanView): string[] {
  const own = changes.filter(isOwn).length
  const subjects = bySubject(changes, (change) => (isOwn(change) ? 'first boot' : subjectOf(change.operation.origin)))
  return subjects.flatMap(([subject, all]) => {
    const seen = view.all ? all : all.filter((change) => !isOwn(change))
    const facts = factRows(io, shown, factsOf(subject, shown))
    const isListed = view.all || view.diffs
    const items = isListed ? [] : itemRows(io, foldChanges(seen, shown.plan.units))
    const list = isListed ? seen.flatMap((change) => changeLines(io, shown.target, change, view)) : []
    const folded = subject === 'first boot' && !view.all && own > 0 ? [io.style('dim', ownText(own))] : []
    return [...titled(io, subject, [...facts, ...items, ...folded]), ...list.map(indented)]
  })
}

/** Each path that is not as the plan says: in what it differs, and which spec line wants it. */
export function driftLines(io: Io, shown: Shown, drift: readonly Change[], view: PlanView): string[] {
  const own = drift.filter(isOwn)
  const isFolded = !view.all && own.length > FEW
  const seen = isFolded ? drift.filter((change) => !isOwn(change)) : drift
  const subjects = bySubject(seen, (change) => (isOwn(change) ? 'first boot' : subjectOf(change.operation.origin)))
  return [
    ...subjects.flatMap(([subject, changes]) => [
      ...titled(io, subject, view.diffs ? [] : driftRows(io, shown, changes, view)),
      ...(view.diffs ? changes.flatMap((change) => changeLines(io, shown.target, change, view)) : []).map(indented),
    ]),
    ...(isFolded ? titled(io, 'first boot', [`${own.length} paths of pibake's own program (--all)`]) : []),
  ]
}

/** So many paths of the program, and of another subject, are named one by one. */
const FEW = 3
const MANY = 10

function driftRows(io: Io, { plan }: Shown, drift: readonly Change[], { all }: PlanView): string[] {
  if (all || drift.length <= MANY) return drift.map((change) => driftText(io, change))
  return itemRows(io, foldChanges(drift, plan.units))
}

function driftText(io: Io, { operation, before }: Change): string {
  const what = differences(operation, before).join(', ')
  return `${io.style('yellow', visible(`${pathKey(operation)}  ${what}`))}  ${originText(operation.origin)}`
}

const indented = (line: string) => `    ${line}`

function ownText(count: number): string {
  return `+ ${count} ${count === 1 ? 'path' : 'paths'} of pibake's own program (--all)`
}

function titled(io: Io, subject: Subject, rows: readonly string[]): string[] {
  const title = io.style('bold', `  ${subject.padEnd(MARGIN - 2)}`)
  const [first = '', ...rest] = rows
  return [`${title}${first}`.trimEnd(), ...rest.map((row) => ' '.repeat(MARGIN) + row)]
}

/** What the spec wants, each with its place in the spec. */
function factRows(io: Io, { locate }: Pick<Shown, 'locate'>, facts: readonly Fact[]): string[] {
  const { columns } = screenOf(io)
  return facts.flatMap(({ mark, text, path }) => {
    const place = placeOf(locate, path)
    const words = (mark === undefined ? text : `${mark} ${text}`).split(' ').map(visible)
    const lines = fillLines(words, Math.max(PLACE - 2, columns - MARGIN - place.length - 2))
    return lines.map((line, i) => {
      const end =
        i === lines.length - 1 ? `${' '.repeat(Math.max(2, PLACE - line.length))}${io.style('dim', place)}` : ''
      return (mark === undefined ? line : i === 0 ? colored(io, mark, line) : `  ${line}`) + end
    })
  })
}

/** `pibake.yaml:7`; what the spec does not say is the profile's. */
function placeOf(locate: Locate, path: SpecPath): string {
  const position = locate(path)
  return position === undefined ? 'default' : visible(`${basename(position.file)}:${position.line}`)
}

function itemRows(io: Io, items: readonly Item[]): string[] {
  const room = screenOf(io).columns - MARGIN
  const rows: Item[][] = []
  let used = 0
  for (const item of items) {
    const length = item.text.length + 2
    if (rows.length > 0 && used + GAP.length + length <= room) {
      rows.at(-1)?.push(item)
      used += GAP.length + length
    } else {
      rows.push([item])
      used = length
    }
  }
  return rows.map((row) => row.map(({ mark, text }) => colored(io, mark, `${mark} ${text}`)).join(GAP))
}

function colored(io: Io, mark: Item['mark'], text: string): string {
  return io.style(MARK_COLORS[mark], text)
}

/** What is asked of units and packages, one a line, as far as the changed paths do not say it. */
function requestLines({ plan, bundle }: Shown): string[] {
  const parts = {
    Units: plan.units.map(({ state, unit, origin }) => `${state} ${unit}  ${originText(origin)}`),
    'Packages at the first start': plan.packages.map(
      ({ action, name, origin }) => `${action} ${name}  ${originText(origin)}`,
    ),
    'Packages carried in the image': bundle?.lock.packages.map(lineOf) ?? [],
  }
  return Object.entries(parts).flatMap(([title, lines]) =>
    lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${visible(line)}`), ''],
  )
}
