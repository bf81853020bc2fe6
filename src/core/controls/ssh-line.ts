import type { SpecPath } from '../../base/report/report.ts'

/** One line of the drop-in, and why it is there. */
export interface SshLine {
  readonly keyword: string
  readonly value: string
  readonly path: SpecPath
  readonly because: string
}
