import * as v from 'valibot'
import { bytewise } from '../../base/order.ts'
import type { LockedKeys } from '../spec-file/key-sources.ts'
import type { Request } from './request.ts'

/** A package that is carried, exactly. */
export interface LockedPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** Name of the .deb in the repository on the device. */
  readonly file: string
  /** Bytes of the .deb. */
  readonly size: number
  /** KiB that the package takes when it is installed, as it says itself. */
  readonly installedSize: number
  readonly sha256: string
  /** Where the image's sources have it; null: a file of the owner's own. */
  readonly uri: string | null
  /** Archive and suite, as apt calls them, e.g. `Debian-Security:12/stable-security`; empty for a file of one's own. */
  readonly archive: string
  /** `asked`: the spec or the plan names it; `upgrade`: the image has an older one; `needed`: one of these needs it. */
  readonly because: 'asked' | 'needed' | 'upgrade'
  readonly source: { readonly name: string; readonly version: string }
}

/** The packages for one kind of image. */
export interface LockedImage extends Request {
  /** The newest date of the archives that were read, as they give it; empty: none was. */
  readonly asOf: string
  /** Sorted by name and architecture. */
  readonly packages: readonly LockedPackage[]
}

/** pibake.lock: one entry for each release and architecture. */
export type Lock = readonly LockedImage[]

/** All that is in it. */
export interface LockFile {
  readonly lock: Lock
  readonly keys: readonly LockedKeys[]
}

const text = v.string()
const digest = v.pipe(text, v.regex(/^[0-9a-f]{64}$/))
const name = v.pipe(text, v.regex(/^[a-z0-9][a-z0-9+.-]*$/))
// What becomes a file name, a line of the bundle's list, or an argument of apt's.
const fileName = v.pipe(text, v.regex(/^[A-Za-z0-9][\w.+~-]*\.deb$/))
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const lockedPackage = v.strictObject({
  name,
  version: v.pipe(text, v.regex(/^[0-9][\w.+~:-]*$/)),
  architecture: name,
  file: fileName,
  size: whole,
  installedSize: whole,
  sha256: digest,
  uri: v.nullable(v.pipe(text, v.regex(/^https?:\/\/\S+$/))),
  archive: text,
  because: v.picklist(['asked', 'needed', 'upgrade']),
  source: v.strictObject({ name, version: text }),
})

const lockedImage = v.strictObject({
  image: v.strictObject({ release: text, architecture: name, packages: text, sources: text }),
  install: v.array(name),
  upgrade: v.picklist(['none', 'security', 'full']),
  debs: v.array(v.strictObject({ file: text, sha256: digest })),
  snapshot: v.nullable(text),
  asOf: text,
  packages: v.array(lockedPackage),
})

const lockedKeys = v.strictObject({
  source: v.pipe(text, v.regex(/^(github|launchpad|url):[!-~]+$/)),
  url: v.pipe(text, v.regex(/^https:\/\/[!-~]+$/)),
  sha256: digest,
  keys: v.array(v.strictObject({ fingerprint: v.pipe(text, v.regex(/^SHA256:[A-Za-z0-9+/]{43}$/)), line: text })),
})

const SCHEMA = 'pibake.lock/1'
const lockFile = v.strictObject({
  schema: v.literal(SCHEMA),
  images: v.array(lockedImage),
  keys: v.optional(v.array(lockedKeys), []),
})

/**
 * Reads the text of a lock.
 *
 * @returns the lock, or why it is none
 */
export function parseLock(source: string): LockFile | { readonly failure: string } {
  let raw: unknown
  try {
    raw = JSON.parse(source)
  } catch {
    return { failure: 'it is not JSON' }
  }
  const result = v.safeParse(lockFile, raw)
  if (!result.success) {
    const issue = result.issues[0]
    return { failure: `${v.getDotPath(issue) ?? 'it'}: ${issue.message}` }
  }
  return { lock: result.output.images, keys: result.output.keys }
}

/** The text of a lock: the same packages give the same bytes. */
export function lockText(lock: Lock, keys: readonly LockedKeys[] = []): string {
  const sorted = [...keys].sort((a, b) => bytewise(a.source, b.source))
  const images = [...lock].sort(byImage)
  return `${JSON.stringify({ schema: SCHEMA, images, ...(sorted.length > 0 && { keys: sorted }) }, null, 2)}\n`
}

/** The entry for an image of this release and architecture. */
export function entryFor(lock: Lock, { image }: Request): LockedImage | undefined {
  return lock.find((entry) => keyOf(entry) === keyOf({ image }))
}

/** The lock with `entry` in the place of the one for the same kind of image. */
export function withEntry(lock: Lock, entry: LockedImage): Lock {
  return [...lock.filter((other) => keyOf(other) !== keyOf(entry)), entry].sort(byImage)
}

function byImage(a: LockedImage, b: LockedImage): number {
  return bytewise(keyOf(a), keyOf(b))
}

function keyOf({ image }: Pick<LockedImage, 'image'>): string {
  return `${image.release} ${image.architecture}`
}
