import { TargetError } from '../../base/errors.ts'

/** So much is decoded before it is asked how large the image may be. */
export const FIRST = 1024 * 1024

/** @throws TargetError when an image of `size` bytes is more than the limit allows */
export function assertLimit(path: string, size: number, limit: number): void {
  if (size > limit) {
    throw new TargetError(`${path}: decodes to more than the ${limit} bytes that its partition table speaks of`)
  }
}
