import type { PlainFile } from '../../base/disk/plain-file.ts'
import { TargetError } from '../../base/errors.ts'
import { eachXz } from './decode-xz.ts'
import { eachZst } from './decode-zst.ts'
import type { DecodeOptions, Use } from './decoding.ts'

/** An archive that is open to be entered anywhere. */
interface Archive {
  readonly file: PlainFile
  readonly path: string
  /** Of what it decodes to, in bytes. */
  readonly size: number
}

/**
 * Decodes all of an archive from its start to its end, which holds every block against the check sum that the archive has
 * of it.
 *
 * @throws TargetError when it is damaged, Interrupted on abort
 */
export async function eachDecoded(
  kind: 'xz' | 'zst',
  { file: source, path, size }: Archive,
  options: Pick<DecodeOptions, 'signal' | 'onProgress'>,
  use: Use,
): Promise<void> {
  let seen = 0
  const count = (bytes: Uint8Array) => {
    seen += bytes.length
    return use(bytes)
  }
  const reading = { source, path, ...options }
  await (kind === 'xz' ? eachXz(reading, size, count) : eachZst(reading, count))
  if (seen !== size) throw new TargetError(`${path}: damaged: it decodes to ${seen} bytes, not to ${size}`)
}
