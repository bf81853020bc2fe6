/** Blocks beside each other. */
export interface BlockRange {
  readonly start: number
  readonly count: number
}
