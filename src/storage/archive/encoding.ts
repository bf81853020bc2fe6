import type { CopyableBytes } from '../../base/bytes/bytes.ts'

/** One encoding, for the formats. */
export interface Encoding {
  readonly source: CopyableBytes
  readonly path: string
  readonly level: number | undefined
  readonly signal: AbortSignal | undefined
  readonly onProgress: (done: number, total: number) => void
  /** Puts bytes behind what the archive has already. */
  readonly write: (bytes: Uint8Array) => void
}
