import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl'
import { errno } from '../../base/disk/disk.ts'
import { throwIfAborted } from '../../base/disk/new-file.ts'
import type { PlainFile } from '../../base/disk/plain-file.ts'
import { shellWord } from '../../base/encode/shell-word.ts'
import { TargetError } from '../../base/errors.ts'
import type { Decoding } from './decoding.ts'
import { LimitedWriter } from './limited-writer.ts'
import { copies } from './pieces.ts'
import { imageOf, unpackBy } from './zip-image.ts'

const PIECE = 256 * 1024
/** The file is not the library's to close. */
const OPTIONS = { lazyEntries: true, autoClose: false }

/** Decodes the image that is in a .zip file (PKWARE's APPNOTE.TXT), as pi-gen packs it: one `.img`, and no other. */
export async function decodeZip(decoding: Decoding): Promise<void> {
  const { source, path, signal, onProgress } = decoding
  const zip = await fromRandomAccessReaderPromise(new FileReader(source), source.size, OPTIONS).catch((error) =>
    Promise.reject(explained(path, error)),
  )
  const entry = await theImage(zip, path)
  const writer = new LimitedWriter(decoding)
  let sum = 0
  for await (const bytes of read(path, () => zip.openReadStreamPromise(entry) as Promise<AsyncIterable<Buffer>>)) {
    throwIfAborted(signal)
    sum = crc32(bytes, sum)
    writer.write(bytes)
    onProgress?.(writer.size, entry.uncompressedSize)
  }
  if (sum !== entry.crc32) throw new TargetError(`${path}: damaged: the checksum of ${entry.fileName} is wrong`)
  writer.finish()
}

/** @throws TargetError when there is none, or several, or it cannot be read */
async function theImage(zip: ZipFile, path: string): Promise<Entry> {
  const members = []
  for await (const entry of read(path, async () => zip.eachEntry())) {
    const { fileName: name, compressionMethod: method } = entry
    members.push({ name, method, isEncrypted: entry.isEncrypted(), entry })
  }
  return imageOf(members, path).entry
}

/** What the library gives; what it complains of is explained. */
async function* read<T>(path: string, open: () => Promise<AsyncIterable<T>>): AsyncGenerator<T, void, undefined> {
  try {
    yield* await open()
  } catch (error) {
    throw explained(path, error)
  }
}

/** The library's errors are plain ones, and zlib's have codes; all others are ours. */
function explained(path: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const isTheirs = error.constructor === Error && errno(error) === undefined
  if (!isTheirs && errno(error)?.startsWith('Z_') !== true) return error
  const { message } = error
  if (/^(?:invalid relative path|absolute path|invalid characters)/.test(message)) {
    return new TargetError(`${path}: a zip archive with a name that leads outside: ${message}`, { cause: error })
  }
  if (/^strong encryption/.test(message)) {
    return new TargetError(`${path}: a zip archive that is encrypted`, { hint: unpackBy('7z x', path), cause: error })
  }
  if (/^multi-disk/.test(message)) {
    const hint = `join the parts first: zip -s 0 ${shellWord(path)} --out whole.zip`
    return new TargetError(`${path}: one part of a zip archive in several`, { hint, cause: error })
  }
  return new TargetError(`${path}: damaged, or truncated: ${message}`, { cause: error })
}

class FileReader extends RandomAccessReader {
  readonly #source: PlainFile

  constructor(source: PlainFile) {
    super()
    this.#source = source
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(copies(this.#source, start, end, PIECE), { objectMode: false })
  }
}
