import { hex } from './host/bytes.ts'
import { sha256 } from './host/hash.ts'

/** `sha256:…` of pieces of bytes, one after the other. */
export function digestOf(...pieces: readonly Uint8Array[]): string {
  return `sha256:${hex(sha256(...pieces))}`
}
