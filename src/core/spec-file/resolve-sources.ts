import { latin1Text } from '../../base/host/bytes.ts'
import type { References } from './referenced-files.ts'
import type { FilledSpec } from './schema.ts'

/** The sources of packages of a spec with their keys read. */
export function resolveSources(sources: FilledSpec['packages']['sources'], references: References) {
  return sources.map(({ signedByFile, ...source }, i) => {
    const place = ['packages', 'sources', i, 'signedByFile']
    const key = references.bytes(signedByFile, place) ?? new Uint8Array()
    const isArmoured = /^-----BEGIN PGP PUBLIC KEY BLOCK-----\s/m.test(latin1Text(key))
    const why = key.length === 0 ? undefined : keyFault(key, isArmoured)
    if (why !== undefined) {
      const hint = 'gpg --armor --export NAME writes a public key'
      references.error('PKG011', place, `${signedByFile} ${why}`, hint)
    }
    return { ...source, key, isArmoured }
  })
}

/** A packet of a public key has the tag 6, in the old form of headers or the new one (RFC 9580, 4.2 and 5). */
function keyFault(key: Uint8Array, isArmoured: boolean): string | undefined {
  if (/PRIVATE KEY BLOCK/.test(latin1Text(key))) return 'holds a private key, which must not leave its owner'
  const [first = 0] = key
  const tag = first & 0x40 ? first & 0x3f : (first >> 2) & 0x0f
  return isArmoured || (first >= 0x80 && tag === 6) ? undefined : 'is not a public key of OpenPGP'
}
