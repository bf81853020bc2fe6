import { isTar } from '../storage/tar/tar-name.ts'
import { UsageError } from './usage-error.ts'

/**
 * A spec and an image in each other's place are seen by their names.
 *
 * @param command how it is typed, given the two
 * @throws UsageError saying so
 */
export function assertNotSwapped(spec: string, base: string, command: (spec: string, base: string) => string): void {
  if (isSpecName(base) && !isSpecName(spec)) {
    throw new UsageError(`SPEC and BASE are swapped: ${base} is a spec`, command(base, spec))
  }
  assertSpec(spec)
}

/** @throws UsageError when the name of the spec is an image's */
export function assertSpec(file: string): void {
  if (!isTar(file) && !/\.img(\.\w+)?$/i.test(file)) return
  throw new UsageError(`${file} is an image, and the first argument is the spec`, `give the target as --image ${file}`)
}

function isSpecName(file: string): boolean {
  return /\.ya?ml$/i.test(file)
}
