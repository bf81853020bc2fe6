import { visible } from '../../../base/encode/visible.ts'
import type { AuditFinding, Level } from '../finding.ts'
import { LEVELS } from '../risk.ts'
import type { Account } from './accounts.ts'
import type { Door } from './doors.ts'
import { ACCOUNT, ACCOUNT_HEIGHT, BELOW, DOOR, NUMBERS, PADDING, TITLE } from './sizes.ts'
import { shortened, wrapped } from './text-width.ts'

/** The worst of what is found of a thing; `none`: nothing is. */
export type Severity = Level | 'none'

export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A box with words in it. */
export interface Box extends Place {
  readonly level: Severity
  readonly title: readonly string[]
  readonly below: string
  /** Of the findings that it is about. */
  readonly numbers: string
}

/** The numbers of findings, as text. */
export type NumbersText = (findings: readonly AuditFinding[]) => string

/** As high as its words need it. */
export function doorBox({ title, below, findings }: Door, y: number, width: number, numbers: NumbersText): Box {
  const lines = wrapped(visible(title), charactersIn(width - NUMBERS, TITLE), 2)
  const small = shortened(visible(below), charactersIn(width, BELOW))
  const height = PADDING * 2 + lines.length * TITLE.height + (small === '' ? 0 : BELOW.height)
  return { x: DOOR.x, y, width, height, level: worst(findings), title: lines, below: small, numbers: numbers(findings) }
}

/** An account, and how it becomes root. */
export function accountBox({ user, findings, root }: Account, y: number, numbers: NumbersText): Box {
  return {
    ...ACCOUNT,
    y,
    height: ACCOUNT_HEIGHT,
    level: worst(findings),
    title: [shortened(visible(user), charactersIn(ACCOUNT.width - NUMBERS, TITLE))],
    below: shortened(visible(root ?? 'cannot become root'), charactersIn(ACCOUNT.width, BELOW)),
    numbers: numbers(findings),
  }
}

/** Where the last of them ends; 0: there is none. */
export function bottomOf(boxes: readonly Place[]): number {
  return Math.max(0, ...boxes.map(({ y, height }) => y + height))
}

function charactersIn(width: number, text: { readonly width: number }): number {
  return Math.floor((width - PADDING * 2) / text.width)
}

function worst(findings: readonly AuditFinding[]): Severity {
  return LEVELS.findLast((level) => findings.some((one) => one.level === level)) ?? 'none'
}
