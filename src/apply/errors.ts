/** The work was called off by its AbortSignal; the target is as it was before (exit code 130). */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor() {
    super('interrupted; the target is as it was before')
  }
}

/** Undoing failed too: the journal is on the target, and the next apply (or `recover`) goes on from it. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError'
}

/** What was written is not what is there: a medium that lies, or somebody else who writes (exit code 1). */
export class ReadBackError extends Error {
  override readonly name = 'ReadBackError'
}
