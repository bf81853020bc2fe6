import type { PlainFile } from '../image/plain-file.ts'
import { TargetError } from '../tree/tree.ts'
import type { Compression } from './compression.ts'
import { encodeGz } from './encode-gz.ts'
import { encodeXz } from './encode-xz.ts'
import { encodeZst } from './encode-zst.ts'
import { appender, newFile } from './new-file.ts'
import { withFile } from './pieces.ts'

export interface EncodeOptions {
  /** 0 to 9 for .xz and .gz, 1 to 19 for .zst; what the programs take by themselves otherwise. */
  readonly level?: number
  readonly signal?: AbortSignal
  /** Bytes of the image that are coded, and all. */
  readonly onProgress?: (done: number, total: number) => void
  /** Sees the archive as it is written, from its start to its end; the bytes are lent for the call only. */
  readonly onOutput?: (bytes: Uint8Array) => void
}

/** One encoding, for the formats. */
export interface Encoding {
  readonly source: PlainFile
  readonly path: string
  readonly level: number | undefined
  readonly signal: AbortSignal | undefined
  readonly onProgress: (done: number, total: number) => void
  /** Puts bytes behind what the archive has already. */
  readonly write: (bytes: Uint8Array) => void
}

const ENCODERS = { xz: encodeXz, zst: encodeZst, gz: encodeGz }

/**
 * Packs the image `source` into the new file `destination`. The same image gives the same bytes, by the same version of
 * the encoder, whatever the number of cores. If anything fails, `destination` is removed.
 *
 * @throws TargetError when this machine has no encoder for it, SpaceError when the disk is full, Interrupted on abort
 */
export async function encodeFromFile(
  source: string,
  destination: string,
  kind: Exclude<Compression, 'none'>,
  options: EncodeOptions = {},
): Promise<void> {
  const { level, signal, onProgress = () => undefined, onOutput } = options
  await withFile(source, (file) =>
    newFile(destination, signal, (fd) =>
      ENCODERS[kind]({
        source: file,
        path: destination,
        level,
        signal,
        onProgress,
        write: appender(fd, onOutput),
      }),
    ),
  )
}

/** @throws TargetError */
export function noEncoder(path: string): never {
  throw new TargetError(`${path}: this machine has no xz program to write it with`, {
    hint: 'install it (Debian: xz-utils), or choose .img, .img.gz or .img.zst',
  })
}
