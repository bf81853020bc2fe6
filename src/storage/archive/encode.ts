import type { CopyableBytes } from '../../base/bytes/bytes.ts'
import { appender, newFile } from '../../base/disk/new-file.ts'
import type { Compression } from './compression.ts'
import { encodeGz } from './encode-gz.ts'
import { encodeXz } from './encode-xz.ts'
import { encodeZst } from './encode-zst.ts'
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

const ENCODERS = { xz: encodeXz, zst: encodeZst, gz: encodeGz }

/**
 * Packs an image into the new file `destination`. The same image gives the same bytes, by the same version of the
 * encoder, whatever the number of cores. If anything fails, `destination` is removed.
 *
 * @param source gives copies
 * @throws TargetError when this machine has no encoder for it, SpaceError when the disk is full, Interrupted on abort
 */
export async function encode(
  source: CopyableBytes,
  destination: string,
  kind: Exclude<Compression, 'none'>,
  options: EncodeOptions = {},
): Promise<void> {
  const { level, signal, onProgress = () => undefined, onOutput } = options
  await newFile(destination, signal, (fd) =>
    ENCODERS[kind]({ source, path: destination, level, signal, onProgress, write: appender(fd, onOutput) }),
  )
}

/** {@link encode}, of the file at `source`. */
export function encodeFromFile(
  source: string,
  destination: string,
  kind: Exclude<Compression, 'none'>,
  options: EncodeOptions = {},
): Promise<void> {
  return withFile(source, (file) => encode(file, destination, kind, options))
}
