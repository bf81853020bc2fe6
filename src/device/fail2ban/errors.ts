/** Where a value stands in the image. */
export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** fail2ban ends with these words before any jail has begun. */
export class StartError extends Error {
  readonly at: Place | undefined
  /** The option whose value it is for. */
  readonly option: string | undefined

  constructor(message: string, at?: Place, option?: string) {
    super(message)
    this.at = at
    this.option = option
  }
}

/** fail2ban passes over one jail with these words, and goes on (`JailDefError` of jailreader.py). */
export class JailError extends StartError {}
