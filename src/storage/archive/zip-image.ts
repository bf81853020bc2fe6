import { shellWord } from '../../base/encode/shell-word.ts'
import { TargetError } from '../../base/errors.ts'

/** A file in a .zip archive. */
export interface ZipMember {
  readonly name: string
  readonly isEncrypted: boolean
  /** How it is packed (APPNOTE.TXT 4.4.5). */
  readonly method: number
}

/** Names that a message lists. */
const LISTED = 5
/** Methods that are read: stored and deflated. */
const READ = [0, 8]
/** Methods that unzip(1) of Debian knows beside those. */
const UNZIPS = [9, 12]

/**
 * The image among the files of a .zip (PKWARE's APPNOTE.TXT), as pi-gen packs it: one `.img`, and no other.
 *
 * @param path as messages call the archive
 * @throws TargetError when there is none, or several, or it cannot be read
 */
export function imageOf<T extends ZipMember>(members: readonly T[], path: string): T {
  const files = members.filter(({ name }) => !name.endsWith('/'))
  // macOS puts what it knows of a file into another one.
  const images = files.filter(({ name }) => /\.img$/i.test(name) && !/(?:^|\/)\._[^/]*$/.test(name))
  const [image, ...more] = images
  if (image === undefined) {
    const what = files.length === 0 ? 'nothing is in it' : `no image (.img) is in it, but ${list(files)}`
    throw new TargetError(`${path}: a zip archive: ${what}`, { hint: unpackBy('unzip', path) })
  }
  if (more.length > 0) {
    const wanted = images.find(({ name }) => /^\w[\w./-]*$/.test(name))
    throw new TargetError(`${path}: a zip archive: more than one image is in it: ${list(images)}`, {
      hint: `unpack the one that is meant: unzip ${shellWord(path)}${wanted === undefined ? '' : ` ${wanted.name}`}`,
    })
  }
  assertReadable(image, path)
  return image
}

function assertReadable({ name, isEncrypted, method }: ZipMember, path: string): void {
  if (isEncrypted) {
    throw new TargetError(`${path}: a zip archive: ${name} in it is encrypted`, { hint: unpackBy('unzip', path) })
  }
  if (READ.includes(method)) return
  throw new TargetError(`${path}: a zip archive: ${name} in it is packed by method ${method}`, {
    hint: `pibake reads 0 (stored) and 8 (deflated); ${unpackBy(UNZIPS.includes(method) ? 'unzip' : '7z x', path)}`,
  })
}

function list(members: readonly ZipMember[]): string {
  return [...members.slice(0, LISTED).map(({ name }) => name), ...(members.length > LISTED ? ['…'] : [])].join(', ')
}

/** What to do with an archive that pibake does not read. */
export function unpackBy(command: string, path: string): string {
  return `unpack it first: ${command} ${shellWord(path)}`
}
