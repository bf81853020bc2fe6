import type { Code } from '../../base/report/codes.ts'
import type { Position } from '../../base/report/report.ts'

/** The inventory cannot be read beyond this place. */
export class InventoryError extends Error {
  override readonly name = 'InventoryError'
  readonly code: Code = 'FLT004'
  readonly position: Position
  readonly hint: string

  constructor(position: Position, message: string, hint: string) {
    super(message)
    this.position = position
    this.hint = hint
  }
}
