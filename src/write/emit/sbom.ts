import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { jsonText } from './json.ts'
import { SBOM_SUFFIXES } from './names.ts'
import { cyclonedxOf } from './sbom-cyclonedx.ts'
import type { SbomFacts } from './sbom-facts.ts'
import { spdxOf } from './sbom-spdx.ts'

/** Writes the SBOM of `out` beside it, in both formats. @returns the paths written */
export function writeSbom(out: string, facts: SbomFacts): string[] {
  const texts = [jsonText(spdxOf(facts)), jsonText(cyclonedxOf(facts))]
  return SBOM_SUFFIXES.map((suffix, i) => {
    const file = `${out}${suffix}`
    writeAtomically(file, texts[i] ?? '', { mode: 0o644 })
    return file
  })
}
