import { readFileSync } from 'node:fs'
import { sbomPackages } from '../emit/sbom-packages.ts'
import { parseTracker, type Vulnerability, vulnerabilitiesOf } from '../emit/vulnerabilities.ts'
import { visible } from '../encode/visible.ts'
import { PackageError } from '../packages/errors.ts'
import type { Io } from './io.ts'
import type { Prepared } from './prepare.ts'

/**
 * The known vulnerabilities of the device as it is after its first start, by a file of Debian's security tracker.
 *
 * @throws PackageError when the file is none
 */
export function knownVulnerabilities(prepared: Prepared, file: string): Vulnerability[] {
  const parsed = parseTracker(readFileSync(file, 'utf8'))
  if ('failure' in parsed) throw new PackageError(`${file} is no data of Debian's security tracker: ${parsed.failure}`)
  const { root } = prepared.target
  return vulnerabilitiesOf(sbomPackages(root, prepared.bundle?.lock), parsed.tracker, prepared.inventory.release)
}

/** Prints them, one a line. */
export function printVulnerabilities(io: Io, found: readonly Vulnerability[]): void {
  io.stdout.write(`\nKnown vulnerabilities: ${found.length}\n`)
  for (const { id, source, version, urgency, fixed, packages } of found) {
    const end = fixed === undefined ? 'no fix for this release' : `fixed in ${fixed}`
    io.stdout.write(`  ${visible(`${id} ${source} ${version} (${urgency}; ${end}): ${packages.join(', ')}`)}\n`)
  }
}
