/** Of WebAssembly's memory. */
const PAGE = 64 * 1024

/**
 * Memory that begins at a page of the machine, as O_DIRECT wants it (open(2)). Node aligns its buffers to 8 or 16 bytes;
 * WebAssembly's memory is mapped, so that it always begins at a page.
 */
export function pageMemory(length: number): Uint8Array {
  const { buffer } = new Memory({ initial: Math.ceil(length / PAGE) })
  return new Uint8Array(buffer, 0, length)
}

/** The types of Node leave it out. */
const { Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyMemory }).WebAssembly

interface WebAssemblyMemory {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer }
}
