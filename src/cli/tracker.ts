import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { visible } from '../base/encode/visible.ts'
import { sbomPackages } from '../write/emit/sbom-packages.ts'
import { PackageError } from '../write/packages/errors.ts'
import { parseTracker, type Tracker, type Vulnerability, vulnerabilitiesOf } from '../write/packages/vulnerabilities.ts'
import type { Prepared } from './prepare.ts'

export interface TrackerOptions {
  readonly securityTracker?: string
}

/** Adds the flag that names the file. */
export function trackerOption(command: Command): Command {
  return command
    .optionsGroup('Packages:')
    .option(
      '--security-tracker <file>',
      "list known vulnerabilities by this file, the JSON data of Debian's security tracker",
    )
}

/**
 * The known vulnerabilities of the device as it is after its first start, by a file of Debian's security tracker.
 *
 * @param file undefined: there is none, and nothing is known
 * @throws PackageError when it is not such a file, or says nothing of the image's release
 */
export function knownVulnerabilities(prepared: Prepared, file: string | undefined): Vulnerability[] | undefined {
  if (file === undefined) return undefined
  const { bundle, inventory, spec } = prepared
  const tracker = readTracker(file, inventory.release)
  const packages = sbomPackages(inventory.root, bundle?.lock, spec.packages.remove)
  return vulnerabilitiesOf(packages, tracker, inventory.release)
}

/** @throws PackageError when it is not a file of the security tracker, or says nothing of the release */
export function readTracker(file: string, release: string): Tracker {
  const parsed = parseTracker(readText(file), release)
  if ('failure' in parsed)
    throw new PackageError(`${file} is not a file of Debian's security tracker: ${parsed.failure}`)
  return parsed.tracker
}

/** @throws PackageError when it cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new PackageError(`${file} cannot be read: ${(cause as Error).message}`)
  }
}

/** One line each, below a title; undefined: nothing is known. */
export function vulnerabilityLines(found: readonly Vulnerability[] | undefined): string[] {
  if (found === undefined) return []
  return ['', `Known vulnerabilities: ${found.length}`, ...found.map(vulnerabilityLine)]
}

export function vulnerabilityLine({ id, source, version, urgency, fixed, packages }: Vulnerability): string {
  const end = fixed === undefined ? 'no fix for this release' : `fixed in ${fixed}`
  return `  ${visible(`${id} ${source} ${version} (${urgency}; ${end}): ${packages.join(', ')}`)}`
}
