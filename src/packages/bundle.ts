import type { LockedImage } from './lock.ts'

/** Packages to be carried in an image: a flat apt repository, and the lock that it was made from. */
export interface Bundle {
  readonly lock: LockedImage
  /** Name of each .deb → its bytes, which are those that the lock says. */
  readonly debs: ReadonlyMap<string, Uint8Array>
  /** apt's index of them, `Packages`. */
  readonly index: Uint8Array
}
