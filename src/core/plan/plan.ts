import type { Operation } from './operation.ts'
import type { Note, PackageRequest, UnitRequest } from './request.ts'

/** Everything that is to be true of the target, sorted by path; what of it changes is {@link changesOf}'s to say. */
export interface Plan {
  readonly schema: 1
  readonly operations: readonly Operation[]
  readonly units: readonly UnitRequest[]
  readonly packages: readonly PackageRequest[]
  readonly notes: readonly Note[]
  /** See `planDigest`. */
  readonly digest: string
}
