import { shaped } from '../values.ts'

/** Names of packages, and where they come from. */

/** deb-control(5) package names. */
export const packageName = (description: string) =>
  shaped(
    /^[a-z0-9][a-z0-9+.-]{1,127}$/,
    { code: 'PKG001', predicate: 'is not a package name', hint: 'lower-case letters, digits, + - .' },
    description,
  )

/** What files of a source of packages are called after. */
export const sourceName = (description: string) =>
  shaped(
    /^[a-z0-9][a-z0-9-]{0,40}$/,
    { code: 'PKG010', predicate: 'is not a name for a source', hint: 'lower-case letters, digits and -' },
    description,
  )

/** An address of an archive: http too, for its lists are signed. */
export const archiveAddress = (description: string) =>
  shaped(
    /^https?:\/\/[a-z0-9][a-z0-9.-]{0,252}(:[0-9]{1,5})?(\/[A-Za-z0-9._~+%:=-]+)*\/?$/,
    {
      code: 'PKG010',
      predicate: 'is not an address of an archive',
      hint: 'http(s)://HOST/PATH, the host in lower case, no user or password',
    },
    description,
  )

/** A suite, or with a `/` at its end a path; a component (sources.list(5)). */
export const archivePart = (description: string) =>
  shaped(
    /^(?:\.\/|[A-Za-z0-9][A-Za-z0-9.+~_-]*(?:\/[A-Za-z0-9.+~_-]+)*\/?)$/,
    {
      code: 'PKG010',
      predicate: 'is not a suite or a component',
      hint: 'e.g. trixie, stable, main; see sources.list(5)',
    },
    description,
  )

export const sha256 = (description: string) =>
  shaped(
    /^[0-9a-f]{64}$/,
    { code: 'PKG006', predicate: 'is not a SHA-256', hint: '64 lower-case hex digits, as sha256sum prints them' },
    description,
  )
