/** Packages could not be fetched: no apt here, no network, an unsigned archive. The target was not touched. */
export class PackageError extends Error {
  override readonly name = 'PackageError'
  readonly hint: string | undefined
  /** Whether it may go well later: the network or the archive is at fault (exit code 75), else this machine (1). */
  readonly isTemporary: boolean

  constructor(message: string, options: { hint?: string; isTemporary?: boolean } = {}) {
    super(message)
    this.hint = options.hint
    this.isTemporary = options.isTemporary ?? false
  }
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
