import { FetchError } from '../../base/errors.ts'

/** Packages could not be fetched: no apt here, no network, an unsigned archive. The target was not touched. */
export class PackageError extends FetchError {
  override readonly name: string = 'PackageError'
}

/** What to do where packages cannot be carried. */
export const WITHOUT = 'with --no-bundle, or packages.bundle: false in the spec, the first start fetches them instead'

/** This machine lacks a program of Debian's. */
export function noProgram(program: string): PackageError {
  return new PackageError(`packages can be carried from a machine with apt and dpkg only (${program} is not there)`, {
    hint: `use Debian or one of its kin; ${WITHOUT}`,
  })
}

/** Names that no source of the image has. */
export class UnknownPackages extends Error {
  override readonly name = 'UnknownPackages'
  readonly names: readonly string[]

  constructor(names: readonly string[]) {
    super(`no source of the image has ${names.join(', ')}`)
    this.names = names
  }
}
