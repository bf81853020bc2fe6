import { type Position, positionText, type SpecPath } from './report.ts'

/** The profiles of a spec, each with the defaults of the one before it where it has none of its own. */
export const profiles = ['standard', 'strict', 'cis'] as const

export type Profile = (typeof profiles)[number]

/**
 * Why something is done: the spec key behind it, where its value is from, and the reason in one sentence. The value is
 * either written in the spec file or a default of the profile: one of `position` and `default` is null.
 */
export interface Origin {
  readonly path: SpecPath
  /** `path` as text, e.g. `users[0].name`. */
  readonly key: string
  readonly position: Position | null
  readonly default: Profile | null
  readonly because: string
}

/** `pibake.yaml:12:7`, or `default (profile standard)` for what the spec file does not say. */
export function placeText(origin: Pick<Origin, 'position' | 'default'>): string {
  return origin.position === null ? `default (profile ${origin.default})` : positionText(origin.position)
}
