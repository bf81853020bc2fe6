/** The work was called off by its AbortSignal; unless the message says otherwise the target is as it was before (exit code 130). */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor(message = 'interrupted; the target is as it was before') {
    super(message)
  }
}

/** Every card that was to be written failed; what was begun is not usable (exit code 1). */
export class CardError extends Error {
  override readonly name = 'CardError'
}

/** Undoing failed too: the journal is on the target, and the next apply (or `recover`) goes on from it. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError'
}

/** What was written is not what is there: a medium that lies, or somebody else who writes (exit code 1). */
export class ReadBackError extends Error {
  override readonly name = 'ReadBackError'
}

/** The target cannot be worked on: not Raspberry Pi OS, unsafe, already booted … (exit code 3). */
export class TargetError extends Error {
  override readonly name = 'TargetError'
  readonly hint: string | undefined

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.hint = options.hint
  }
}

/** The partition has no room for what is to be written. Nothing was changed; worth a retry (exit code 75). */
export class SpaceError extends Error {
  override readonly name: string = 'SpaceError'
  readonly hint: string | undefined

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.hint = options.hint
  }
}

/** A file system in an image has no block left. */
export class FullError extends SpaceError {
  override readonly name = 'FullError'
}

/** A read beyond the end: the image, or a part of it, is shorter than its own tables say. */
export class TruncatedError extends Error {
  override readonly name = 'TruncatedError'

  constructor(offset: number, length: number, size: number) {
    super(`truncated: ${length} bytes at ${offset} are wanted, and there are ${size}`)
  }
}

/** Something could not be fetched, or is not what it should be. Nothing was changed. */
export class FetchError extends Error {
  override readonly name: string = 'FetchError'
  readonly hint: string | undefined
  /** Whether it may go well later: the network or the server is at fault (exit code 75), else this machine or what is there (1). */
  readonly isTemporary: boolean

  constructor(message: string, options: { hint?: string; isTemporary?: boolean } = {}) {
    super(message)
    this.hint = options.hint
    this.isTemporary = options.isTemporary ?? false
  }
}
