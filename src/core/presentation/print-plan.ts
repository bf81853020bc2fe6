import { visible } from '../../base/encode/visible.ts'
import type { Locate, SpecPath } from '../../base/report/report.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import { pathKey, type Target } from '../../storage/tree/tree.ts'
import { lockedPackageText } from '../carried/bundle.ts'
import { type Change, differences } from '../plan/state.ts'
import { foldChanges, type Item } from './fold.ts'
import { originText } from './note-lines.ts'
import type { Paper } from './paper.ts'
import { changeLines, countText, MARK_COLORS, NOTHING } from './print-changes.ts'
import { fillLines } from './screen.ts'
import { type Fact, factsOf, type Known } from './subject-facts.ts'
import { bySubject, isOwn, type Subject, subjectOf } from './subjects.ts'

/** What of the plan is shown. */
export interface PlanView {
  /** Every path by its name, and all that is folded otherwise. */
  readonly all: boolean
  /** The lines that change. */
  readonly diffs: boolean
}

/** A plan, and what it is shown with. */
export interface Shown extends Known {
  readonly locate: Locate
  readonly target: Target
}

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
export function planLines(paper: Paper, shown: Shown, changes: readonly Change[], view: PlanView): string[] {
  const requests = view.all ? requestLines(shown) : []
  if (changes.length === 0) return [...requests, NOTHING]
  return [...subjectLines(paper, shown, changes, view), '', ...requests, `Plan: ${countText(changes)}.`]
}

/** The changes by subject, without the count. */
function subjectLines(paper: Paper, shown: Shown, changes: readonly Change[], view: PlanView): string[] {
  return subjectsOf(paper, shown, changes, view).flatMap(({ subject, rows, changes: seen }) => {
    const list = view.all || view.diffs ? seen.flatMap((change) => changeLines(paper, shown.target, change, view)) : []
    return [...titled(paper, subject, rows), ...list.map(indented)]
  })
}

/** A subject of a plan. */
export interface ShownSubject {
  readonly subject: Subject
  /** What the spec wants of it, and what is changed for it unless paths are listed. */
  readonly rows: readonly string[]
  /** Those that are listed, in the order of the plan. */
  readonly changes: readonly Change[]
}

/** The changes by subject, in the order in which a person asks. */
export function subjectsOf(
  paper: Paper,
  shown: Shown,
  changes: readonly Change[],
  view: PlanView,
): readonly ShownSubject[] {
  const own = changes.filter(isOwn).length
  const subjects = bySubject(changes, (change) => (isOwn(change) ? 'first boot' : subjectOf(change.operation.origin)))
  return subjects.map(([subject, all]) => {
    const seen = view.all ? all : all.filter((change) => !isOwn(change))
    const facts = factRows(paper, shown, factsOf(subject, shown))
    const items = view.all || view.diffs ? [] : itemRows(paper, foldChanges(seen, shown.plan.units))
    const folded = subject === 'first boot' && !view.all && own > 0 ? [paper.style('dim', ownText(own))] : []
    return { subject, rows: [...facts, ...items, ...folded], changes: seen }
  })
}

/** Each path that is not as the plan says: in what it differs, and which spec line wants it. */
export function driftLines(paper: Paper, shown: Shown, drift: readonly Change[], view: PlanView): string[] {
  const own = drift.filter(isOwn)
  const isFolded = !view.all && own.length > FEW
  const seen = isFolded ? drift.filter((change) => !isOwn(change)) : drift
  const subjects = bySubject(seen, (change) => (isOwn(change) ? 'first boot' : subjectOf(change.operation.origin)))
  return [
    ...subjects.flatMap(([subject, changes]) => [
      ...titled(paper, subject, view.diffs ? [] : driftRows(paper, shown, changes, view)),
      ...(view.diffs ? changes.flatMap((change) => changeLines(paper, shown.target, change, view)) : []).map(indented),
    ]),
    ...(isFolded ? titled(paper, 'first boot', [`${own.length} paths of pibake's own program (--all)`]) : []),
  ]
}

/** So many paths of the program, and of another subject, are named one by one. */
const FEW = 3
const MANY = 10

function driftRows(paper: Paper, { plan }: Shown, drift: readonly Change[], { all }: PlanView): string[] {
  if (all || drift.length <= MANY) return drift.map((change) => driftText(paper, change))
  return itemRows(paper, foldChanges(drift, plan.units))
}

function driftText(paper: Paper, { operation, before }: Change): string {
  const what = differences(operation, before).join(', ')
  return `${paper.style('yellow', visible(`${pathKey(operation)}  ${what}`))}  ${originText(operation.origin)}`
}

const indented = (line: string) => `    ${line}`

function ownText(count: number): string {
  return `+ ${count} ${count === 1 ? 'path' : 'paths'} of pibake's own program (--all)`
}

function titled(paper: Paper, subject: Subject, rows: readonly string[]): string[] {
  const title = paper.style('bold', `  ${subject.padEnd(MARGIN - 2)}`)
  const [first = '', ...rest] = rows
  return [`${title}${first}`.trimEnd(), ...rest.map((row) => ' '.repeat(MARGIN) + row)]
}

/** What the spec wants, each with its place in the spec. */
function factRows(paper: Paper, { locate }: Pick<Shown, 'locate'>, facts: readonly Fact[]): string[] {
  const { columns } = paper.screen
  return facts.flatMap(({ mark, text, path }) => {
    const place = placeOf(locate, path)
    const words = (mark === undefined ? text : `${mark} ${text}`).split(' ').map(visible)
    const filled = fillLines(words, Math.max(PLACE - 4, columns - MARGIN - place.length - 4))
    const lines = filled.map((line, i) => (mark === undefined || i === 0 ? line : `  ${line}`))
    return lines.map((line, i) => {
      const end =
        i === lines.length - 1 ? `${' '.repeat(Math.max(2, PLACE - line.length))}${paper.style('dim', place)}` : ''
      return (mark === undefined || i > 0 ? line : colored(paper, mark, line)) + end
    })
  })
}

/** `pibake.yaml:7`; what the spec does not say is the profile's. */
function placeOf(locate: Locate, path: SpecPath): string {
  const position = locate(path)
  return position === undefined ? 'default' : visible(`${position.file.replace(/^.*[/\\]/s, '')}:${position.line}`)
}

function itemRows(paper: Paper, items: readonly Item[]): string[] {
  const room = paper.screen.columns - MARGIN
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
  return rows.map((row) => row.map(({ mark, text }) => colored(paper, mark, `${mark} ${text}`)).join(GAP))
}

function colored(paper: Paper, mark: Item['mark'], text: string): string {
  return paper.style(MARK_COLORS[mark], text)
}

/** What is asked of units and packages, one a line, as far as the changed paths do not say it. */
function requestLines({ plan, bundle }: Shown): string[] {
  const parts = {
    Units: plan.units.map(({ state, unit, origin }) => `${state} ${unit}  ${originText(origin)}`),
    'Packages at the first start': plan.packages.map(
      ({ action, name, origin }) => `${action} ${name}  ${originText(origin)}`,
    ),
    'Packages carried in the image': bundle?.lock.packages.map(lockedPackageText) ?? [],
  }
  return Object.entries(parts).flatMap(([title, lines]) =>
    lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${visible(line)}`), ''],
  )
}
