import type { Origin } from '../../base/report/origin.ts'

/** The state a systemd unit shall have; the links are made by `plan/units.ts`. Two controls may not disagree. */
export interface UnitRequest {
  readonly unit: string
  readonly state: 'enabled' | 'disabled' | 'masked' | 'unmasked'
  readonly origin: Origin
}

/** A token of cmdline.txt to be there (`add`) or not (`remove`; a string, or a pattern for the whole token). */
export type TokenRequest =
  | { readonly add: string; readonly origin: Origin }
  | { readonly remove: string | RegExp; readonly origin: Origin }
/** A line of config.txt under its filter (`all`, `pi5` …); `pibake` keeps its lines in one marked block at the end. */
export interface ConfigRequest {
  readonly filter: string
  readonly line: string
  /** It stands after those whose order does not matter, and keeps its place among its like: later ones may overrule it. */
  readonly inOrder?: true
  readonly origin: Origin
}

export interface PackageRequest {
  readonly name: string
  readonly action: 'install' | 'remove'
  readonly origin: Origin
}

/** Something the owner should know that is not an error: what a setting may break, what was found in the image. */
export interface Note {
  readonly severity: 'info' | 'warning'
  readonly message: string
  readonly origin: Origin
}
