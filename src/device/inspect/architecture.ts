import { TargetError } from '../../base/errors.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { paragraphs } from '../formats/deb822.ts'

/**
 * The architecture that the image's dpkg calls its own, and those of which it has further packages.
 *
 * @throws TargetError when the image has no dpkg
 */
export function architecturesOf(root: Tree): { readonly native: string; readonly foreign: readonly string[] } {
  const status = paragraphs(new TextDecoder().decode(root.read('/var/lib/dpkg/status') ?? new Uint8Array()))
  const native = status.find((paragraph) => paragraph.get('package') === 'dpkg')?.get('architecture')
  if (native === undefined || !isName(native)) throw new TargetError(`${root.label}: dpkg is not installed`)
  const all = new Set(status.map((paragraph) => paragraph.get('architecture') ?? 'all'))
  return { native, foreign: [...all].filter((name) => name !== native && name !== 'all' && isName(name)).sort() }
}

function isName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/.test(text)
}
