import * as v from 'valibot'
import { bytewise } from '../../base/order.ts'
import { compareDebVersions } from '../../device/formats/deb-version.ts'
import type { SbomPackage } from '../emit/sbom-packages.ts'

/** A vulnerability that a package of the device has. */
export interface Vulnerability {
  readonly id: string
  readonly source: string
  readonly version: string
  /** Debian's own judgement, e.g. `low`, `unimportant`, `not yet assigned`. */
  readonly urgency: string
  /** The version of the source package in which it is fixed; undefined: there is none for this release. */
  readonly fixed: string | undefined
  /** The packages built from it, sorted. */
  readonly packages: readonly string[]
}

const tracker = v.record(
  v.string(),
  v.record(
    v.string(),
    v.object({
      releases: v.optional(
        v.record(
          v.string(),
          v.object({
            status: v.string(),
            urgency: v.optional(v.string()),
            fixed_version: v.optional(v.string()),
          }),
        ),
      ),
    }),
  ),
)

/** What the security tracker says of each source package. */
export type Tracker = v.InferOutput<typeof tracker>

/**
 * @param release that the data are to speak of: of no data, no vulnerabilities could be concluded
 * @returns what the security tracker's data say of each source package, or why the text is not that
 */
export function parseTracker(
  text: string,
  release: string,
): { readonly tracker: Tracker } | { readonly failure: string } {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return { failure: 'it is not JSON' }
  }
  const result = v.safeParse(tracker, raw)
  if (!result.success) return { failure: `${v.getDotPath(result.issues[0]) ?? 'it'}: ${result.issues[0].message}` }
  const states = Object.values(result.output).flatMap((entries) => Object.values(entries))
  if (states.some(({ releases }) => releases?.[release] !== undefined)) return { tracker: result.output }
  return { failure: `it says nothing of ${release}` }
}

/**
 * The known vulnerabilities of the packages, by the data of Debian's security tracker for their release: what is open
 * there, and what is fixed in a later version than the device has. Sorted by source package and id.
 */
export function vulnerabilitiesOf(
  packages: readonly Pick<SbomPackage, 'name' | 'source'>[],
  data: Tracker,
  release: string,
): Vulnerability[] {
  const sources = new Map<string, { name: string; version: string; packages: Set<string> }>()
  for (const { name, source } of packages) {
    const key = `${source.name} ${source.version}`
    const entry = sources.get(key) ?? { ...source, packages: new Set() }
    sources.set(key, entry)
    entry.packages.add(name)
  }
  const found = [...sources.values()].flatMap((source) =>
    Object.entries(data[source.name] ?? {}).flatMap(([id, { releases }]) => {
      const state = releases?.[release]
      if (state === undefined) return []
      const fixed = state.status === 'resolved' ? state.fixed_version : undefined
      // `0`: the release never had it.
      const isMended = fixed === '0' || (fixed !== undefined && compareDebVersions(source.version, fixed) >= 0)
      if (isMended || (state.status !== 'open' && fixed === undefined)) return []
      const urgency = state.urgency ?? 'not yet assigned'
      return [
        {
          id,
          source: source.name,
          version: source.version,
          urgency,
          fixed,
          packages: [...source.packages].sort(bytewise),
        },
      ]
    }),
  )
  return found.sort((a, b) => bytewise(`${a.source} ${a.version} ${a.id}`, `${b.source} ${b.version} ${b.id}`))
}
