import type { AuditFinding, Level } from '../finding.ts'
import { levelOf } from '../risk.ts'
import { GRADES, HARM, LIKELY } from '../scale.ts'
import type { Numbering } from './numbering.ts'

interface Cell {
  readonly level: Level
  readonly numbers: readonly number[]
}

/** The grid as a guide draws it: down the likelihood, certain at the top; across what it would cost. */
export interface Matrix {
  readonly columns: readonly string[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly Cell[] }[]
}

/** The numbers of the findings in the cells that they fall into. */
export function matrixOf(findings: readonly AuditFinding[], { numberOf }: Numbering): Matrix {
  const across = [...GRADES].reverse()
  return {
    columns: across.map((impact) => HARM[impact]),
    rows: GRADES.map((likelihood) => ({
      name: LIKELY[likelihood],
      cells: across.map((impact) => ({
        level: levelOf(likelihood, impact),
        numbers: findings
          .filter((one) => one.likelihood === likelihood && one.impact === impact)
          .map(numberOf)
          .sort((a, b) => a - b),
      })),
    })),
  }
}
