import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { newFile } from '../../base/disk/new-file.ts'
import { TargetError } from '../../base/errors.ts'
import { together } from '../../base/process/together.ts'
import { compressionOf } from './compression.ts'
import { decodeGz } from './decode-gz.ts'
import { decodeXz } from './decode-xz.ts'
import { decodeZst } from './decode-zst.ts'
import type { DecodeOptions, Decoding } from './decoding.ts'
import { withFile } from './pieces.ts'
import { whileWrittenBack } from './write-back.ts'

export interface Decoded {
  /** Of the archive, in hexadecimal; if it was asked for. */
  readonly sourceHash?: string
}

/**
 * Decodes the .xz, .zst, .gz or .zip file `source` (its first bytes say which) to the new file `destination`; zeros become
 * holes. If anything fails, `destination` is removed.
 *
 * @throws TargetError when the archive is damaged, truncated, has something behind its end, needs too much memory, or
 *   decodes to more than the limit; SpaceError when the disk is full; Interrupted on abort
 */
export async function decodeToFile(source: string, destination: string, options: DecodeOptions): Promise<Decoded> {
  const { isHashed = false, ...rest } = options
  return withFile(source, (file) =>
    newFile(destination, options.signal, async (fd) => {
      const [, sourceHash] = await together(options.signal, [
        (signal) => whileWrittenBack(fd, () => decode({ ...rest, signal, source: file, path: source, fd })),
        async (signal) => (isHashed ? sha256OfFile(source, { signal }) : undefined),
      ])
      return sourceHash === undefined ? {} : { sourceHash }
    }),
  )
}

function decode(decoding: Decoding): Promise<void> {
  const { source, path } = decoding
  switch (compressionOf(source.read(0, Math.min(6, source.size)))) {
    case 'xz':
      return decodeXz(decoding)
    case 'zst':
      return decodeZst(decoding)
    case 'gz':
      return decodeGz(decoding)
    case 'zip':
      // A package that hardly anybody needs.
      return import('./decode-zip.ts').then(({ decodeZip }) => decodeZip(decoding))
    case 'none':
      throw new TargetError(`${path}: neither .xz nor .zst nor .gz nor .zip, as its first bytes say`)
  }
}
