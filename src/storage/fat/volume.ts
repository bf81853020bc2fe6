import type { WritableBytes } from '../../base/bytes/bytes.ts'
import { TargetError } from '../../base/errors.ts'
import { type Geometry, readGeometry } from './boot-sector.ts'
import { damaged, type Naming } from './damaged.ts'
import { FatTable } from './table.ts'
import { type FatTime, fatTime } from './times.ts'

/** Clusters that are written by one call, in bytes. */
const MAX_RUN = 1024 * 1024

/** What files and directories have in common: the clusters, and the time that everything written gets. */
export class Volume {
  readonly naming: Naming
  readonly bytes: WritableBytes
  readonly geometry: Geometry
  readonly table: FatTable
  #now: FatTime

  /** @param options.epoch seconds since 1970 */
  constructor(bytes: WritableBytes, options: Naming & { readonly epoch: number }) {
    this.naming = options
    this.bytes = bytes
    this.geometry = readGeometry(bytes, options)
    this.table = new FatTable(bytes, this.geometry, options)
    this.#now = fatTime(options.epoch)
  }

  get label(): string {
    return this.naming.label
  }

  /** The time of all that is written. */
  get now(): FatTime {
    return this.#now
  }

  /** @param epoch seconds since 1970 */
  setTime(epoch: number): void {
    this.#now = fatTime(epoch)
  }

  /** Where a cluster begins, in bytes from the partition's start. */
  offsetOf(cluster: number): number {
    return this.geometry.dataStart + (cluster - 2) * this.geometry.clusterSize
  }

  /** The first `length` bytes of what the clusters hold. */
  read(clusters: readonly number[], length: number): Uint8Array {
    const result = new Uint8Array(length)
    for (const { offset, at, size } of this.#runs(clusters)) {
      if (at < length) result.set(this.bytes.read(offset, Math.min(size, length - at)), at)
    }
    return result
  }

  /** Fills the clusters with `content`, and the rest of them with zeros. */
  write(clusters: readonly number[], content: Uint8Array): void {
    for (const { offset, at, size } of this.#runs(clusters)) {
      const piece = content.subarray(at, at + size)
      if (piece.length === size) this.bytes.write(offset, piece)
      else {
        const padded = new Uint8Array(size)
        padded.set(piece)
        this.bytes.write(offset, padded)
      }
    }
  }

  /** Overwrites clusters with zeros and gives them back. FAT has no modes: nothing says that it was no secret. */
  erase(clusters: readonly number[]): void {
    this.write(clusters, new Uint8Array())
    this.table.release(clusters)
  }

  damaged(what: string): TargetError {
    return damaged(this.naming, what)
  }

  refused(what: string): TargetError {
    return new TargetError(`${this.label}: ${what}`)
  }

  /** Neighbouring clusters together. `at` counts the bytes of the clusters before. */
  *#runs(clusters: readonly number[]): Generator<{ offset: number; at: number; size: number }> {
    const { clusterSize } = this.geometry
    for (let i = 0; i < clusters.length; ) {
      const first = clusters[i] ?? 0
      let count = 1
      while (clusters[i + count] === first + count && (count + 1) * clusterSize <= MAX_RUN) count += 1
      yield { offset: this.offsetOf(first), at: i * clusterSize, size: count * clusterSize }
      i += count
    }
  }
}
