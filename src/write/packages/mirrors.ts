import { withoutLogin } from '../../device/apt/without-login.ts'
import { PackageError } from './errors.ts'

/** Where packages are fetched instead of where the image fetches them. */
export interface Mirror {
  /** A prefix of the image's address; undefined: every address, whose scheme and host are replaced. */
  readonly from: string | undefined
  readonly to: string
}

/** Stands in a mirror's address for the day of `packages.snapshot`, as `20261101T000000Z`. */
const SNAPSHOT = '{snapshot}'

/**
 * Reads the values of `--apt-mirror`: `TO`, or `FROM=TO`.
 *
 * @throws PackageError naming a value that is not an address
 */
export function parseMirrors(values: readonly string[]): Mirror[] {
  return values.map((value) => {
    const [, from, to] = /^(?:([a-z]+:\/\/[^=\s]+)=)?([a-z]+:\/[^\s=]+)$/.exec(value) ?? []
    if (to === undefined || !/^(?:https?|file):/.test(to)) {
      throw new PackageError(`'${withoutLogin(value)}' is neither an address nor FROM=TO with two of them`)
    }
    return { from: from === undefined ? undefined : bare(from), to: bare(to) }
  })
}

/** Whether a mirror has a place for the day of a snapshot. */
export function knowsSnapshots(mirrors: readonly Mirror[]): boolean {
  return mirrors.some(({ to }) => to.includes(SNAPSHOT))
}

/** Where `uri` of the image is fetched from. The first mirror that fits counts. */
export function mirrored(uri: string, mirrors: readonly Mirror[], snapshot: string | undefined): string {
  for (const { from, to } of mirrors) {
    const dated = to.replaceAll(SNAPSHOT, snapshot === undefined ? '' : snapshot.replace(/[-:]/g, ''))
    if (from === undefined) return `${dated}${uri.replace(/^[a-z]+:\/\/[^/]+/, '')}`
    if (uri === from || uri.startsWith(`${from}/`)) return `${dated}${uri.slice(from.length)}`
  }
  return uri
}

/** The address in the image's sources for one of a mirror, the way back of {@link mirrored}. */
export function unmirrored(
  uri: string,
  sources: readonly { readonly uris: readonly string[] }[],
  mirrors: readonly Mirror[],
  snapshot: string | undefined,
): string {
  const pairs = sources
    .flatMap((source) => source.uris)
    .map((own) => [own, `${mirrored(own, mirrors, snapshot)}/`] as const)
    .filter(([, there]) => uri.startsWith(there))
    .sort(([, a], [, b]) => b.length - a.length)
  const [own, there] = pairs[0] ?? []
  if (own === undefined || there === undefined) throw new Error(`${uri} belongs to no source of the image`)
  return `${own}/${uri.slice(there.length)}`
}

function bare(uri: string): string {
  return uri.replace(/\/+$/, '')
}
