import { type Entry, ZipReader } from '@zip.js/zip.js/lib/zip-core-reader.js'
import { shellWord } from '../../base/encode/shell-word.ts'
import { TargetError } from '../../base/errors.ts'
import { imageOf, unpackBy } from '../../storage/archive/zip-image.ts'
import type { OnProgress } from './streams.ts'

type FileEntry = Extract<Entry, { readonly directory: false }>

/** This is a worker already. */
const OPTIONS = { useWebWorkers: false, checkSignature: true }

/**
 * What the only image in a .zip file decodes to, by the browser's own inflate.
 *
 * @throws TargetError as the program does
 */
export async function* decodeZip(file: File, onProgress: OnProgress): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const zip = new ZipReader(source(file), OPTIONS)
    const members = []
    for await (const entry of zip.getEntriesGenerator()) {
      const { filename: name, compressionMethod: method, encrypted: isEncrypted } = entry
      if (!entry.directory) members.push({ name, method, isEncrypted, entry })
    }
    yield* content(imageOf(members, file.name).entry, onProgress)
  } catch (error) {
    throw explained(error, file.name)
  }
}

async function* content(entry: FileEntry, onProgress: OnProgress): AsyncGenerator<Uint8Array, void, undefined> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const whole = entry.getData(writable, OPTIONS)
  // Said below, where it is waited for.
  whole.catch(() => {})
  const reader = readable.getReader()
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    yield value
    size += value.length
    onProgress(size / entry.uncompressedSize)
  }
  await whole
}

/** Ranges of a file, read when they are needed. */
function source(file: File) {
  return {
    size: file.size,
    readable: file.stream(),
    readUint8Array: async (at: number, length: number) =>
      new Uint8Array(await file.slice(at, at + length).arrayBuffer()),
    createReadable: ({ offset, size }: { offset: number; size: number }) => file.slice(offset, offset + size).stream(),
  }
}

/** The library's errors are plain ones; a file that is lost is a DOMException. */
function explained(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof TargetError || error instanceof DOMException) return error
  const { message } = error
  if (/encrypt/i.test(message)) {
    return new TargetError(`${path}: a zip archive that is encrypted`, { hint: unpackBy('7z x', path), cause: error })
  }
  if (/split/i.test(message)) {
    const hint = `join the parts first: zip -s 0 ${shellWord(path)} --out whole.zip`
    return new TargetError(`${path}: one part of a zip archive in several`, { hint, cause: error })
  }
  return new TargetError(`${path}: damaged, or truncated: ${message}`, { cause: error })
}
