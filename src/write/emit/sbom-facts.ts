import { createHash } from 'node:crypto'
import type { SbomPackage } from './sbom-packages.ts'

/** What both kinds of SBOM are made from. The same facts give the same bytes. */
export interface SbomFacts {
  /** What the image is called, e.g. the name of its file. */
  readonly name: string
  /** SHA-256 of the image in hex; undefined: it is a tree that nobody has hashed, and the plan's digest stands for it. */
  readonly sha256: string | undefined
  /** `sha256:…` of the plan. */
  readonly planDigest: string
  /** ID of /etc/os-release: `debian` or `raspbian`. */
  readonly distribution: string
  readonly release: string
  readonly packages: readonly SbomPackage[]
  /** Version of pibake. */
  readonly version: string
  /** Seconds since 1970. */
  readonly epoch: number
}

/** The package URL (ECMA-427) of a Debian package. */
export function purlOf({ name, version, architecture }: SbomPackage, { distribution, release }: SbomFacts): string {
  const encoded = encodeURIComponent(version).replaceAll('%3A', ':')
  return `pkg:deb/${distribution}/${encodeURIComponent(name)}@${encoded}?arch=${architecture}&distro=${release}`
}

/** A UUID that follows from what the SBOM is about: of version 8, whose bits are free for use (RFC 9562). */
export function uuidOf(facts: SbomFacts): string {
  const parts = [facts.name, facts.sha256 ?? facts.planDigest, ...facts.packages.map((one) => purlOf(one, facts))]
  const bytes = createHash('sha256').update(parts.join('\n')).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** `2026-11-01T00:00:00Z` */
export function momentOf({ epoch }: SbomFacts): string {
  return new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
}
