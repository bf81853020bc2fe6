/** Where a line stands in the image. */
export interface SourceLine {
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** A line for which sshd does not start, and what it says. */
export interface ConfigError {
  readonly at: SourceLine
  readonly message: string
}
