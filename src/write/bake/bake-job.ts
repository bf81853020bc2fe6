import type { Operation } from '../../core/plan/operation.ts'
import type { Change } from '../../core/plan/state.ts'
import type { Extent } from '../../storage/image/edit.ts'
import type { Target } from '../../storage/tree/tree.ts'
import type { BlockRange } from '../emit/bmap-ranges.ts'
import type { OutputSpace } from './output-space.ts'

/** How far a long work is; `src/cli/progress.ts` shows it. */
export interface Progress {
  /** @param bytes done so far, of the total */
  update(bytes: number): void
  /** Ends the display, however the work ended; to be called in a `finally`. */
  done(): void
}

/** What every long work of a bake is given. */
export interface JobContext {
  readonly signal: AbortSignal
  /** @param total bytes in all; undefined: not known */
  readonly progress: (title: string, total: number | undefined) => Progress
  /** Whether the SHA-256 of base and output are wanted. */
  readonly isHashed: boolean
  /** Whether what is carried over from an archive as it is goes unread. */
  readonly trustBase: boolean
  readonly space: OutputSpace
}

export interface BakeOptions {
  /** Seconds since 1970: the time of everything that is written. */
  readonly epoch: number
  /** The plan that the changes are of; the output is read back and held against it. */
  readonly operations: readonly Operation[]
}

/** A file under a temporary name beside its place: complete, read back, and on the disk. */
interface OutputFile {
  readonly file: string
  readonly sha256: string | undefined
}

/** The output. */
export interface Baked extends OutputFile {
  /** What belongs to it: the boot partition's archive. */
  readonly others: readonly (OutputFile & { readonly out: string })[]
  readonly baseSha256: string | undefined
  /** Undefined: the output is a tar. */
  readonly image: BakedImage | undefined
  /** What is known of the base's bytes; undefined: a base that has no check sums of its own. */
  readonly baseBytes: 'checked' | 'trusted' | undefined
}

export interface BakedImage {
  /** Decoded, in bytes. */
  readonly size: number
  /** Of the decoded image, where it was seen whole. */
  readonly sha256: string | undefined
  /** In what it differs from the base. */
  readonly extents: readonly Extent[]
  /** What holds something, with checksums where it was seen and they are wanted. */
  readonly ranges: readonly BlockRange[]
}

/** One base on its way to one output. The base is read, never written. */
export interface BakeJob {
  /** The base's two partitions, to be read; what a plan changes there, before {@link BakeJob.bake} alone. */
  readonly target: Target
  /**
   * Makes the output; to be called once.
   *
   * @throws TargetError, SpaceError, ReadBackError, Interrupted: nothing is left of the output
   */
  bake(changes: readonly Change[], options: BakeOptions): Promise<Baked>
  /** Closes the base and removes what is temporary, but for what {@link BakeJob.bake} gave. */
  close(): void
}
