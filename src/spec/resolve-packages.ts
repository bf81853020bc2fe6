import { digestOf } from '../plan/digest.ts'
import type { References } from './referenced.ts'
import type { OwnPackage } from './spec.ts'

/** Reads the .debs that the spec names, and holds each against its SHA-256: nothing else vouches for them. */
export function resolvePackageFiles(
  debs: readonly { readonly file: string; readonly sha256: string }[],
  references: References,
): OwnPackage[] {
  return debs.flatMap(({ file, sha256 }, i) => {
    const content = references.bytes(file, ['packages', 'debs', i, 'file'])
    if (content === undefined) return []
    const found = digestOf(content).replace('sha256:', '')
    if (found !== sha256) {
      references.error('PKG005', ['packages', 'debs', i, 'sha256'], `${file} has another SHA-256: ${found}`)
    }
    return [{ file, sha256, content }]
  })
}
