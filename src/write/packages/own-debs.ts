import type { Request } from '../../core/carried/request.ts'
import { architecturesOf } from '../../device/inspect/architecture.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { controlOf, indexEntry } from './deb.ts'
import { PackageError } from './errors.ts'
import type { PrivateRoot } from './private-root.ts'

/** A package of the owner's own. */
export interface OwnDeb {
  readonly name: string
  readonly version: string
}

/**
 * Makes the owner's own packages a source of the private root. It needs no signature: what verifies each of them was looked
 * at when the spec was read.
 *
 * @throws PackageError for one that is not a .deb, or is for another architecture than the image's
 */
export function layOwn(
  place: PrivateRoot,
  root: Tree,
  request: Request,
  debs: ReadonlyMap<string, Uint8Array>,
): OwnDeb[] {
  if (request.debs.length === 0) return []
  const { native, foreign } = architecturesOf(root)
  const entries = request.debs.map(({ file, sha256 }) => {
    const content = debs.get(sha256)
    if (content === undefined) throw new PackageError(`${file} is not what packages.debs says`)
    const control = controlOf(content, file)
    const architecture = control.get('architecture') ?? ''
    if (!['all', native, ...foreign].includes(architecture)) {
      throw new PackageError(`${file} is for ${architecture}, and the image is ${native}`)
    }
    const name = ownFile(control)
    place.write(`/own/${name}`, content)
    return { control, entry: indexEntry(control, { file: name, size: content.length, sha256 }) }
  })
  place.write('/own/Packages', entries.map(({ entry }) => `${entry}\n`).join(''))
  place.write('/etc/apt/sources.list.d/own.list', `deb [trusted=yes] file:${place.place}/own ./\n`)
  return entries.map(({ control }) => ({ name: control.get('package') ?? '', version: control.get('version') ?? '' }))
}

/** The name that Debian gives such a file: without the epoch of its version. */
function ownFile(control: ReadonlyMap<string, string>): string {
  const version = (control.get('version') ?? '').replace(/^\d+:/, '')
  return `${control.get('package')}_${version}_${control.get('architecture')}.deb`
}
