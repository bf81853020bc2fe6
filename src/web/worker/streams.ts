/**
 * How much of the work is done, 0 to 1.
 *
 * @param needs bytes that it takes on the disk of the browser, said once where that is known
 */
export type OnProgress = (share: number, needs?: number) => void

/** A stream of the browser that makes bytes of bytes. */
type Transform = CompressionStream | DecompressionStream

/**
 * What a stream of the browser makes of a Blob, in pieces.
 *
 * @param onProgress how much of the Blob is read
 * @throws what the stream or the file says
 */
export async function* through(
  blob: Blob,
  transform: Transform,
  onProgress: OnProgress,
): AsyncGenerator<Uint8Array, void, undefined> {
  let read = 0
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(bytes, controller) {
      read += bytes.length
      onProgress(read / blob.size)
      controller.enqueue(bytes)
    },
  })
  const reader = blob.stream().pipeThrough(counted).pipeThrough(transform).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
