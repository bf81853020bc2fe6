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

const PIECE = 256 * 1024
/** The file is not the library's to close. */
const OPTIONS = { lazyEntries: true, autoClose: false }
/** Names that a message lists. */
const LISTED = 5
/** APPNOTE.TXT 4.4.5: methods that unzip(1) of Debian knows beside those that are read here. */
const UNZIPS = [9, 12]

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
  const names: string[] = []
  const images: Entry[] = []
  for await (const entry of read(path, async () => zip.eachEntry())) {
    const name = entry.fileName
    if (name.endsWith('/')) continue
    // macOS puts what it knows of a file into another one.
    if (/\.img$/i.test(name) && !/(?:^|\/)\._[^/]*$/.test(name)) images.push(entry)
    if (names.length <= LISTED) names.push(name)
  }
  const [image, ...more] = images
  if (image === undefined) {
    const what = names.length === 0 ? 'nothing is in it' : `no image (.img) is in it, but ${list(names)}`
    throw new TargetError(`${path}: a zip archive: ${what}`, { hint: unpack('unzip', path) })
  }
  if (more.length > 0) {
    const which = images.map(({ fileName }) => fileName)
    const wanted = which.find((name) => /^\w[\w./-]*$/.test(name))
    throw new TargetError(`${path}: a zip archive: more than one image is in it: ${list(which)}`, {
      hint: `unpack the one that is meant: unzip ${shellWord(path)}${wanted === undefined ? '' : ` ${wanted}`}`,
    })
  }
  assertReadable(image, path)
  return image
}

function assertReadable(image: Entry, path: string): void {
  if (image.isEncrypted()) {
    throw new TargetError(`${path}: a zip archive: ${image.fileName} in it is encrypted`, {
      hint: unpack('unzip', path),
    })
  }
  if (image.canDecodeFileData()) return
  const method = image.compressionMethod
  throw new TargetError(`${path}: a zip archive: ${image.fileName} in it is packed by method ${method}`, {
    hint: `pibake reads 0 (stored) and 8 (deflated); ${unpack(UNZIPS.includes(method) ? 'unzip' : '7z x', path)}`,
  })
}

function list(names: readonly string[]): string {
  return [...names.slice(0, LISTED), ...(names.length > LISTED ? ['…'] : [])].join(', ')
}

function unpack(command: string, path: string): string {
  return `unpack it first: ${command} ${shellWord(path)}`
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
    return new TargetError(`${path}: a zip archive that is encrypted`, { hint: unpack('7z x', path), cause: error })
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
