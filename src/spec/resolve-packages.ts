import { digestOf } from '../plan/digest.ts'
import type { References } from './referenced.ts'
import type { SpecPath } from './report.ts'
import type { RawSpec } from './schema.ts'
import type { OwnPackage } from './spec.ts'

type RawDeb = NonNullable<NonNullable<RawSpec['packages']>['debs']>[number]

/** Reads the .debs that the spec names, and holds each against its SHA-256 and its signature: nothing else vouches for them. */
export function resolvePackageFiles(debs: readonly RawDeb[], references: References): OwnPackage[] {
  return debs.flatMap((deb, i) => {
    const place: SpecPath = ['packages', 'debs', i]
    const content = references.bytes(deb.file, [...place, 'file'])
    if (content === undefined) return []
    const found = digestOf(content).replace('sha256:', '')
    if (deb.sha256 !== undefined && deb.sha256 !== found) {
      references.error('PKG005', [...place, 'sha256'], `${deb.file} has another SHA-256: ${found}`)
    }
    verify(deb, content, place, references)
    return [{ file: deb.file, sha256: found, content }]
  })
}

function verify(deb: RawDeb, content: Uint8Array, place: SpecPath, references: References): void {
  const { file, sha256, signature, signedBy } = deb
  if (signature === undefined && signedBy === undefined && sha256 !== undefined) return
  if (signature === undefined || signedBy === undefined) {
    references.error('SPC009', place, 'a .deb needs sha256, or signature and signedBy')
    return
  }
  const signed = references.bytes(signature, [...place, 'signature'])
  const keys = references.bytes(signedBy, [...place, 'signedBy'])
  if (signed === undefined || keys === undefined) return
  const fault = references.verify({ content, signature: signed, keys })
  if (fault === undefined) return
  references.error('PKG009', [...place, 'signature'], `${file} is not vouched for by ${signature}: ${fault}`)
}
