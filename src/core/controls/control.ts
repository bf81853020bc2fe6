import type { Origin } from '../../base/report/origin.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import type { Operation } from '../plan/operation.ts'
import type { ConfigRequest, Note, PackageRequest, TokenRequest, UnitRequest } from '../plan/request.ts'
import type { Spec } from '../spec-file/spec.ts'

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
