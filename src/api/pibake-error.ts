import type { Access, Problem } from './documents.ts'

/** Why a call did not come to its end: a spec or a target that is refused, or a failure. The target is as it was. */
export class PibakeError extends Error {
  override readonly name = 'PibakeError'
  /**
   * The exit code of the program in that case: 1 failed, 2 invalid spec, 3 target refused, 5 the owner would be locked out, 75
   * worth a retry, 130 interrupted.
   */
  readonly exit: number
  /** What to do. */
  readonly hint: string | undefined
  /** What is wrong with the spec, where that is why. */
  readonly problems: readonly Problem[]
  /** Who would get in, where that is why. */
  readonly access: Access | undefined

  constructor(
    message: string,
    facts: {
      readonly exit: number
      readonly hint?: string | undefined
      readonly problems?: readonly Problem[] | undefined
      readonly access?: Access | undefined
      readonly cause?: unknown
    },
  ) {
    super(message, { cause: facts.cause })
    this.exit = facts.exit
    this.hint = facts.hint
    this.problems = facts.problems ?? []
    this.access = facts.access
  }
}
