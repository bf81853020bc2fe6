/** A range of one archive, and where it is in another one that was made of it. */
export interface Carried {
  readonly start: number
  readonly end: number
  /** Its offset in the other one. */
  readonly at: number
}
