import { concat, fromBase64, latin1Text } from '../../base/host/bytes.ts'

/** A block of public keys: headers, an empty line, base64, and a checksum that need not be there (RFC 9580, 6.2). */
const BLOCK =
  /^-----BEGIN PGP PUBLIC KEY BLOCK-----\s*\n(?:\S.*\n)*\s*\n([A-Za-z0-9+/=\s]+?)(?:^=[A-Za-z0-9+/]{4}\s*\n)?-----END PGP PUBLIC KEY BLOCK-----/gm

/** The OpenPGP packets of a file with public keys: of all its armoured blocks, or the file itself where it has none. */
export function dearmored(file: Uint8Array): Uint8Array {
  const blocks = [...latin1Text(file).matchAll(BLOCK)]
  if (blocks.length === 0) return file
  return concat(blocks.map(([, base64 = '']) => fromBase64(base64)))
}
