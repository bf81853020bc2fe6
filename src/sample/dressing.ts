import type { Tree } from '../storage/tree/tree.ts'
import { bootPartition } from './boot-partition.ts'
import { firstBootAgents } from './first-boot-agents.ts'
import { file, type Layout } from './layout.ts'
import { type SampleOptions, sampleOf } from './options.ts'
import { stockAccounts } from './stock-accounts.ts'
import { stockPackages } from './stock-packages.ts'
import { systemFiles } from './system-files.ts'

/**
 * What Raspberry Pi adds to Debian, for any of the five behaviour classes: two layouts to put over a Debian root and
 * into an empty FAT. Account files and the package list continue those of `base`, so it dresses the small Debian of
 * the sample as well as a real one.
 *
 * @param base the Debian root that is to be dressed
 */
export function dressing(options: SampleOptions, base: Tree): { readonly root: Layout; readonly boot: Layout } {
  const sample = sampleOf(options)
  const packages = new TextDecoder().decode(base.read('/var/lib/dpkg/status') ?? new Uint8Array())
  return {
    boot: bootPartition(sample),
    root: {
      ...systemFiles(sample),
      ...firstBootAgents(sample),
      ...stockAccounts(sample, base),
      '/var/lib/dpkg/status': file(packages + stockPackages(sample, packages)),
    },
  }
}
