import * as v from 'valibot'
import type { SbomPackage } from '../emit/sbom-packages.ts'

/** What an SBOM says of the packages of an image. */
export interface Sbom {
  /** Debian's name of the release. */
  readonly release: string
  readonly packages: readonly Pick<SbomPackage, 'name' | 'version' | 'source'>[]
}

/** As far as `spdxOf` writes it. */
const spdx = v.object({
  spdxVersion: v.string(),
  packages: v.array(
    v.object({
      name: v.string(),
      versionInfo: v.optional(v.string()),
      sourceInfo: v.optional(v.string()),
      externalRefs: v.optional(v.array(v.object({ referenceType: v.string(), referenceLocator: v.string() }))),
    }),
  ),
})

/** As far as `cyclonedxOf` writes it. */
const cyclonedx = v.object({
  bomFormat: v.literal('CycloneDX'),
  components: v.array(
    v.object({
      name: v.string(),
      version: v.optional(v.string()),
      purl: v.optional(v.string()),
      properties: v.optional(v.array(v.object({ name: v.string(), value: v.string() }))),
    }),
  ),
})

/** A package of Debian in either format. */
interface Listed {
  readonly name: string
  readonly version: string | undefined
  /** The package URL (ECMA-427). */
  readonly purl: string | undefined
  /** `NAME VERSION` of its source package. */
  readonly source: string | undefined
}

/** Reads the SBOM of an image, SPDX or CycloneDX in JSON, as `bake` writes them; or says why the text is not one. */
export function readSbom(text: string): Sbom | { readonly failure: string } {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return { failure: 'it is not JSON' }
  }
  const listed = listedIn(raw)
  if (listed === undefined) return { failure: 'it is neither SPDX nor CycloneDX' }
  const packages = listed.flatMap(({ name, version, purl, source }) => {
    const distro = purl?.startsWith('pkg:deb/') ? /[?&]distro=([a-z]+)(?:&|$)/.exec(purl)?.[1] : undefined
    if (distro === undefined || version === undefined) return []
    const [sourceName = name, sourceVersion = version] = source?.split(' ') ?? []
    return [{ distro, one: { name, version, source: { name: sourceName, version: sourceVersion } } }]
  })
  const [first, ...others] = new Set(packages.map(({ distro }) => distro))
  if (first === undefined) return { failure: 'it has no package of Debian whose release it names' }
  if (others.length > 0) return { failure: `it has packages of ${[first, ...others].join(' and ')}` }
  return { release: first, packages: packages.map(({ one }) => one) }
}

function listedIn(raw: unknown): readonly Listed[] | undefined {
  const asSpdx = v.safeParse(spdx, raw)
  if (asSpdx.success) {
    return asSpdx.output.packages.map(({ name, versionInfo, sourceInfo, externalRefs }) => ({
      name,
      version: versionInfo,
      purl: externalRefs?.find(({ referenceType }) => referenceType === 'purl')?.referenceLocator,
      source: /^built from the source package (\S+ \S+)$/.exec(sourceInfo ?? '')?.[1],
    }))
  }
  const asCyclonedx = v.safeParse(cyclonedx, raw)
  if (!asCyclonedx.success) return undefined
  return asCyclonedx.output.components.map(({ name, version, purl, properties }) => ({
    name,
    version,
    purl,
    source: properties?.find((one) => one.name === 'pibake:source')?.value,
  }))
}
