import { scratchFile } from './scratch.ts'
import { type OnProgress, through } from './streams.ts'

/** A Blob packed by the browser's own gzip, in a file of the private file system where there is one. */
export async function gzipped(image: Blob, onProgress: OnProgress): Promise<Blob> {
  const output = await scratchFile()
  try {
    for await (const bytes of through(image, new CompressionStream('gzip'), onProgress)) output.write(bytes)
    return await output.finish()
  } finally {
    output.close()
  }
}
