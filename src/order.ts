const encoder = new TextEncoder()

/** Compares two strings by their UTF-8 bytes: the same order on every machine, whatever its locale. */
export function bytewise(a: string, b: string): number {
  return Buffer.compare(encoder.encode(a), encoder.encode(b))
}
