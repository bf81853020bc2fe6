import { digestOf } from '../../base/digest.ts'
import type { SpecPath } from '../../base/report/report.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { References } from './referenced-files.ts'
import type { FilledSpec } from './schema.ts'

type OwnPackage = FilledSpec['packages']['debs'][number]

/**
 * Reads the .debs that the spec names, and holds each against its SHA-256 and its signature: nothing else verifies them.
 * @returns each under the spec's name, with its SHA-256 in hex, its content, and the files in it (a clause: why they cannot
 *   be looked at), which are unpacked when they are first asked for
 */
export function resolvePackageFiles(debs: readonly OwnPackage[], references: References) {
  return debs.flatMap((deb, i) => {
    const place: SpecPath = ['packages', 'debs', i]
    const content = references.bytes(deb.file, [...place, 'file'])
    if (content === undefined) return []
    const found = digestOf(content).replace('sha256:', '')
    if (deb.sha256 !== undefined && deb.sha256 !== found) {
      references.error('PKG005', [...place, 'sha256'], `${deb.file} has another SHA-256: ${found}`)
    }
    verify(deb, content, place, references)
    let files: Tree | string | undefined
    const unpacked = () => (files ??= references.unpack(content, deb.file))
    return [{ file: deb.file, sha256: found, content, files: unpacked }]
  })
}

function verify(deb: OwnPackage, content: Uint8Array, place: SpecPath, references: References): void {
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
  references.error('PKG009', [...place, 'signature'], `${file} is not verified by ${signature}: ${fault}`)
}
