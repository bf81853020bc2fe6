import type { Note, PackageRequest, UnitRequest } from '../controls/control.ts'
import type { Operation } from './operation.ts'

/** Everything that is to be true of the target, sorted by path; what of it changes is {@link changesOf}'s to say. */
export interface Plan {
  readonly schema: 1
  readonly operations: readonly Operation[]
  readonly units: readonly UnitRequest[]
  readonly packages: readonly PackageRequest[]
  readonly notes: readonly Note[]
  /** `sha256:…` over what the operations leave behind; removals do not count, for they leave nothing behind. */
  readonly digest: string
}
