import { assetText } from '../../../base/host/assets.ts'
import { base64, concat, utf8 } from '../../../base/host/bytes.ts'
import { sha256 } from '../../../base/host/hash.ts'
import { render } from '../../render/render.ts'
import type { Audit } from '../audit.ts'
import type { Level } from '../finding.ts'
import { LEVELS } from '../risk.ts'
import type { Role } from '../role.ts'
import { cardOf } from './cards.ts'
import { filtersOf } from './filters.ts'
import { matrixOf } from './matrix.ts'
import { type Numbered, type Numbering, numbering, STATUSES } from './numbering.ts'
import { pictureOf } from './picture.ts'
import { wayRows } from './ways.ts'

/** An image, and what was found in it. */
export interface ReportedImage {
  /** What it was called by. */
  readonly name: string
  /** What it is, in a few words. */
  readonly title: string
  readonly hostname: string
  /** Whether its boot partition was looked at. */
  readonly hasBoot: boolean
  readonly audit: Audit
}

/** What a page is about. */
export interface Report {
  /** One image, or the two before and after a change. */
  readonly images: readonly ReportedImage[]
  readonly role: Role
  /** `YYYY-MM-DD` */
  readonly today: string
  readonly version: string
}

const STYLE = 'templates/audit-page/style.css'
/** How many of the worst are named beside the matrix. */
const FIRST = 5

/**
 * One page of HTML that needs nothing else, no network and no JavaScript: the matrix, the attack surface as a picture, who
 * gets in, and every finding. The same report gives the same bytes.
 */
export function auditPage(report: Report): Uint8Array {
  const style = assetText(STYLE)
  const numbers = numbering(report.images.map(({ audit }) => audit))
  const part = (name: string, data: object) => render(`audit-page/${name}.html.ejs`, data).content
  const { entries } = numbers
  const last = report.images.at(-1) as ReportedImage
  const isOfTwo = report.images.length === 2
  return concat([
    part('head', { title: last.title, styleHash: base64(sha256(utf8(style))) }),
    utf8(style),
    part('top', {
      ...report,
      ...last,
      last,
      isOfTwo,
      levels: countsOf(last),
      statuses: statusesOf(entries),
      roleParts: roleParts(report.role),
    }),
    part('risk', { matrices: matricesOf(report, numbers), first: firstOf(entries), isOfTwo }),
    ...report.images.map((image, i) => part('surface', surfaceOf(image, i, report, numbers))),
    part('findings', { cards: entries.map(cardOf), filters: filtersOf(entries) }),
    part('aside', asideOf(last)),
    part('foot', report),
  ])
}

function countsOf({ audit }: ReportedImage): readonly { readonly level: Level; readonly count: number }[] {
  return LEVELS.map((level) => ({ level, count: audit.findings.filter((one) => one.level === level).length })).reverse()
}

function statusesOf(entries: readonly Numbered[]) {
  return STATUSES.map((status) => ({ status, count: entries.filter((one) => one.status === status).length }))
}

/** What the device is for, in pairs of words. */
function roleParts({
  exposure,
  place,
  holds,
  controls,
  shows,
  talksTo,
}: Role): readonly (readonly [name: string, value: string])[] {
  const parts: [string, string][] = [
    ['exposure', exposure ?? ''],
    ['place', place ?? ''],
    ['holds', holds.join(', ')],
    ['controls', controls.join(', ')],
    ['shows', shows.join(', ')],
    ['talks to', talksTo.join(', ')],
  ]
  return parts.filter(([, value]) => value !== '')
}

/** What counts for nothing above: advice, and what the owner has waived. */
function asideOf({ audit: { advice, waived, idle } }: ReportedImage) {
  return {
    advice,
    waived: waived.map(({ level, title, because, waiver }) => ({
      level,
      title,
      because,
      reason: waiver.reason,
      expires: waiver.expires,
    })),
    idle: idle.map(({ waiver, because }) => ({ rule: waiver.rule, because })),
  }
}

/** `before` and `after` where there are two. */
function sideOf({ images }: Report, i: number): string {
  return images.length === 1 ? '' : i === 0 ? 'before' : 'after'
}

function matricesOf(report: Report, numbers: Numbering) {
  return report.images.map(({ audit }, i) => ({
    side: sideOf(report, i),
    ...matrixOf(audit.findings, numbers),
  }))
}

/** The worst that are there: what is closed asks for nothing more. */
function firstOf(entries: readonly Numbered[]) {
  return entries
    .filter(({ status }) => status !== 'closed')
    .slice(0, FIRST)
    .map(({ number, finding }) => ({ number, level: finding.level, title: finding.title }))
}

function surfaceOf({ audit, hostname, name, hasBoot }: ReportedImage, i: number, report: Report, numbers: Numbering) {
  const side = sideOf(report, i)
  return { side, name, hostname, hasBoot, picture: pictureOf(audit, report.role, numbers), ways: wayRows(audit.proof) }
}
