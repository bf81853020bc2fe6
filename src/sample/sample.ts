import { MemoryTree } from '../storage/tree/memory.ts'
import type { Target } from '../storage/tree/tree.ts'
import { debianBase } from './debian.ts'
import { dressing } from './dressing.ts'
import { lay } from './layout.ts'
import { type SampleOptions, sampleOf } from './options.ts'

/**
 * A small image in the shape of Raspberry Pi OS, in memory: every file that pibake reads or writes is there, with what
 * the real one says; programs are empty. It is what `--demo` and the tests work on.
 */
export function samplePiOs(options: SampleOptions): Target<MemoryTree> & { readonly boot: MemoryTree } {
  const { facts } = sampleOf(options)
  const name = `${options.behaviour} ${options.variant} ${options.architecture}`
  const root = new MemoryTree(`sample root (${name})`)
  lay(root, debianBase(facts.release, options.architecture))
  const boot = new MemoryTree(`sample boot (${name})`)
  const added = dressing(options, root)
  lay(root, added.root)
  lay(boot, added.boot)
  return { root, boot }
}
