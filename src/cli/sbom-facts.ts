import type { SbomFacts } from '../write/emit/sbom-facts.ts'
import { sbomPackages } from '../write/emit/sbom-packages.ts'
import { toolVersion } from '../write/emit/tool.ts'
import type { Prepared } from './prepare.ts'

/**
 * What the SBOM of an output is made from; undefined when it carries no packages.
 *
 * @param name of the output's file
 */
export function sbomFacts(
  { bundle, inventory, plan, epoch, spec }: Prepared,
  name: string,
): Omit<SbomFacts, 'sha256'> | undefined {
  if (bundle === undefined) return undefined
  return {
    name,
    planDigest: plan.digest,
    distribution: inventory.architecture === 'armhf' ? 'raspbian' : 'debian',
    release: inventory.release,
    packages: sbomPackages(inventory.root, bundle.lock, spec.packages.remove),
    version: toolVersion(),
    epoch,
  }
}
