/** What was asked for beside OUT cannot be made (exit code 1); the message says why and is for the user. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
  readonly hint: string | undefined

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.hint = options.hint
  }
}
