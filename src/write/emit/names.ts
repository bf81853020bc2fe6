import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What the name of an SBOM is made of: that of OUT, and one of these. */
export const SBOM_SUFFIXES = ['.spdx.json', '.cdx.json'] as const

/** What lies beside OUT, as paths. `docs/outputs.md` says what each is. */
export interface SideFiles {
  readonly manifest: string
  readonly provenance: string
  readonly bmap: string
  readonly imager: string
  /** One for all that is in OUT's directory. */
  readonly sums: string
  readonly signature: string
}

/** The paths of what may lie beside `out`. */
export function sideFilesOf(out: string): SideFiles {
  const sums = join(dirname(out), 'SHA256SUMS')
  return {
    manifest: `${out}.manifest.json`,
    provenance: `${out}.provenance.json`,
    bmap: `${out}.bmap`,
    imager: `${out}.rpi-imager.json`,
    sums,
    signature: `${sums}.sig`,
  }
}

/** The names of OUT and of all that may lie beside it: whose lines in SHA256SUMS are out of date when OUT is made anew. */
export function namesBeside(out: string): string[] {
  return [out, ...pathsBeside(out)].map((file) => basename(file))
}

/**
 * Removes what an earlier run left beside `out`, so that no tool takes it for the new OUT's (bmaptool finds OUT.bmap by
 * itself). SHA256SUMS stays, for it speaks of other files too. Called when the new OUT is about to take its place.
 */
export function clearSideFiles(out: string): void {
  for (const file of pathsBeside(out)) rmSync(file, { force: true })
}

function pathsBeside(out: string): string[] {
  const { manifest, provenance, bmap, imager } = sideFilesOf(out)
  return [manifest, provenance, bmap, imager, ...SBOM_SUFFIXES.map((suffix) => `${out}${suffix}`)]
}
