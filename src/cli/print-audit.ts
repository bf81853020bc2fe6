import { visible } from '../base/encode/visible.ts'
import { fileLineText } from '../core/access/finding.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { Comparison } from '../core/audit/compare.ts'
import type { AuditFinding, Level } from '../core/audit/finding.ts'
import { levelOf } from '../core/audit/risk.ts'
import type { Grade } from '../core/audit/rules.ts'
import { GRADES, HARM, LIKELY } from '../core/audit/scale.ts'
import { wayLines } from '../core/presentation/print-access.ts'
import type { Io } from './io.ts'

const STYLES = { low: 'dim', medium: 'yellow', high: 'red', critical: 'magenta' } as const

/** How many of the worst are shown in full where not all are asked for. */
const TOP = 10

/** The audit for a person: the matrix, the worst findings with their cure, and who gets in. */
export function auditLines(
  io: Io,
  { findings, waived, idle, advice, proof }: Audit,
  hostname: string,
  all: boolean,
): string[] {
  const shown = all ? findings : findings.slice(0, TOP)
  const more = findings.length - shown.length
  const ways = wayLines(proof.intruders, `${hostname}.local`, proof, io.screen)
  return [
    ...(findings.length === 0 ? ['Nothing was found.'] : [...matrixLines(io, findings), '']),
    ...shown.flatMap((finding) => findingLines(io, finding)),
    ...(more > 0 ? [`and ${more} more: --all`, ''] : []),
    ways.length > 0 ? 'Who gets in' : 'Nobody gets in.',
    ...ways,
    ...part(
      'What no file can do',
      advice.flatMap(({ text, because }) => [`  ${text}`, `    because ${because}`]),
    ),
    ...part(
      'Waived',
      waived.map(({ title, because, waiver }) => `  ${title}: ${because}: ${waiver.reason} (until ${waiver.expires})`),
    ),
    ...part(
      'Waivers that did nothing',
      idle.map(({ waiver, because }) => `  ${waiver.rule}: ${because}`),
    ),
  ]
}

function part(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map(visible)]
}

/** How many findings lie in each cell: down the likelihood, across what it would cost. */
function matrixLines(io: Io, findings: readonly AuditFinding[]): string[] {
  const count = (likelihood: Grade, impact: Grade) =>
    findings.filter((one) => one.likelihood === likelihood && one.impact === impact).length
  const across = [...GRADES].reverse()
  const cell = (likelihood: Grade, impact: Grade) => {
    const text = String(count(likelihood, impact) || '·').padStart(11)
    return io.style(STYLES[levelOf(likelihood, impact)], text)
  }
  return [
    `${'likely ↓  harm →'.padEnd(17)}${across.map((impact) => HARM[impact].padStart(11)).join('')}`,
    ...GRADES.map(
      (likelihood) => `${LIKELY[likelihood].padEnd(17)}${across.map((impact) => cell(likelihood, impact)).join('')}`,
    ),
  ]
}

function findingLines(io: Io, { level, rule, title, at, because, reasons, cure }: AuditFinding): string[] {
  const place = at === undefined ? '' : `${fileLineText(at)}: `
  const why = reasons.length === 0 ? [] : [`  ${level} because ${reasons.join(', and ')}`]
  const closed = 'spec' in cure ? cure.spec.split('\n').map((line) => `  + ${line}`) : [`  ${cure.cannot}`]
  return [
    `${io.style(STYLES[level], level)} ${title} (${rule})`,
    visible(`  ${place}${because}`),
    ...why.map(visible),
    ...closed,
    '',
  ]
}

/** What a change has closed, brought and left, a line each. */
export function comparisonLines(io: Io, { closed, added, left }: Comparison): string[] {
  const lines = (title: string, findings: readonly AuditFinding[]) =>
    findings.length === 0
      ? []
      : [
          '',
          title,
          ...findings.map(({ level, title: what, because }) => visible(`  ${level.padEnd(8)}  ${what}: ${because}`)),
        ]
  return [
    ...lines(io.style('green', 'Closed'), closed),
    ...lines(io.style('red', 'New'), added),
    ...lines('Left', left),
  ]
}

/** `3 findings: 1 critical, 2 medium` */
export function countOf(findings: readonly AuditFinding[], levels: readonly Level[]): string {
  const parts = [...levels].reverse().flatMap((level) => {
    const count = findings.filter((one) => one.level === level).length
    return count === 0 ? [] : [`${count} ${level}`]
  })
  const { length } = findings
  return `${length} ${length === 1 ? 'finding' : 'findings'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}
