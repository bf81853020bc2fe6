import type { Inventory } from '../inspect/inventory.ts'
import type { Operation, Origin } from '../plan/operation.ts'
import type { Problem, SpecPath } from '../spec/report.ts'
import type { Spec } from '../spec/spec.ts'

/** One subject of the device: takes what is wanted and what the image is, returns what is to be done. Pure. */
export interface Control {
  readonly name: string
  compile(context: Context): Contribution
}

export interface Context {
  readonly spec: Spec
  readonly inventory: Inventory
  /** Seconds since 1970: SOURCE_DATE_EPOCH, else the date of the image. Never the clock. */
  readonly epoch: number
  /** An origin for a spec key: `because(['ssh', 'port'], 'the owner chose this port')`. */
  because(path: SpecPath, reason: string): Origin
}

/** What a control wants done. Everything is optional; `{}` is a control with nothing to do. */
export interface Contribution {
  readonly operations?: readonly Operation[]
  readonly units?: readonly UnitRequest[]
  readonly cmdline?: readonly TokenRequest[]
  readonly configTxt?: readonly ConfigRequest[]
  readonly packages?: readonly PackageRequest[]
  readonly notes?: readonly Note[]
  /** What only the image can tell is wrong with the spec (a keyword its sshd does not know). Errors end with exit 2. */
  readonly problems?: readonly Problem[]
}

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
