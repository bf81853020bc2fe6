import type { UsedPartition } from '../emit/bmap-ranges.ts'
import type { Extent } from '../image/edit.ts'
import type { Operation } from '../plan/operation.ts'
import type { Change } from '../plan/state.ts'
import type { Target } from '../tree/tree.ts'

/** How far a long work is; `src/cli/progress.ts` shows it. */
export interface Progress {
  /** @param bytes done so far, of the total */
  update(bytes: number): void
  /** Ends the display, however the work ended; to be called in a `finally`. */
  done(): void
}

/** What every long work of a bake is given. */
export interface Working {
  readonly signal: AbortSignal
  /** @param total bytes in all; undefined: not known */
  readonly progress: (title: string, total: number | undefined) => Progress
  /** Whether the SHA-256 of base and output are wanted. */
  readonly isHashed: boolean
}

export interface BakeOptions {
  /** Seconds since 1970: the time of everything that is written. */
  readonly epoch: number
  /** The plan that the changes are of; the output is read back and held against it. */
  readonly operations: readonly Operation[]
}

/** A file under a temporary name beside its place: complete, read back, and on the disk. */
export interface BakedFile {
  readonly file: string
  readonly sha256: string | undefined
}

/** The output. */
export interface Baked extends BakedFile {
  /** What belongs to it: the boot partition's archive. */
  readonly others: readonly (BakedFile & { readonly out: string })[]
  readonly baseSha256: string | undefined
  /** Undefined: the output is a tar. */
  readonly image: BakedImage | undefined
}

export interface BakedImage {
  /** Decoded, in bytes. */
  readonly size: number
  /** Of the decoded image, where it was seen whole. */
  readonly sha256: string | undefined
  /** In what it differs from the base. */
  readonly extents: readonly Extent[]
  readonly partitions: readonly UsedPartition[]
}

/** One base on its way to one output. The base is read, never written. */
export interface Bakery {
  /** The base's two partitions, to be read. */
  readonly target: Target
  /**
   * Makes the output.
   *
   * @throws TargetError, SpaceError, ReadBackError, Interrupted: nothing is left of the output
   */
  bake(changes: readonly Change[], options: BakeOptions): Promise<Baked>
  /** Closes the base and removes what is temporary, but for what {@link Bakery.bake} gave. */
  close(): void
}
