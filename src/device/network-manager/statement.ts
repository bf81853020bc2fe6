/** A line by which NetworkManager takes care of a link, or leaves it alone. */
export interface Statement {
  readonly isManaged: boolean
  readonly file: string
  /** From 1. */
  readonly line: number
}
