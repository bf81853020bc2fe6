import { SpaceError } from '../../base/errors.ts'
import type { Volume } from './volume.ts'

/** What Windows and Linux take of a directory in clusters: 65,536 slots of 32 bytes. */
const LARGEST = 2 * 1024 * 1024
const SLOT = 32

/** Where the slots of a directory lie. */
export interface Area {
  read(): Uint8Array
  /** Where a byte of it lies, in bytes from the partition's start. */
  offsetOf(at: number): number
  /**
   * Makes it larger; what is new is zeros.
   *
   * @returns its size then, in bytes
   * @throws SpaceError when it cannot grow
   */
  grow(): number
}

/** The area of the root directory. */
export function rootArea(volume: Volume): Area {
  const { root } = volume.geometry
  return 'cluster' in root ? new ClusterArea(volume, root.cluster) : new FixedArea(volume, root.offset, root.size)
}

/** A chain of clusters. */
export class ClusterArea implements Area {
  readonly #volume: Volume
  readonly #clusters: number[]

  /**
   * @param first the first cluster, which is claimed
   * @throws TargetError when the chain is broken, or longer than a directory can be
   */
  constructor(volume: Volume, first: number) {
    this.#volume = volume
    this.#clusters = volume.table.chain(first)
    if (this.#size > LARGEST) throw volume.damaged('a directory is larger than a directory can be')
  }

  get #size(): number {
    return this.#clusters.length * this.#volume.geometry.clusterSize
  }

  read(): Uint8Array {
    return this.#volume.read(this.#clusters, this.#size)
  }

  offsetOf(at: number): number {
    const { clusterSize } = this.#volume.geometry
    return this.#volume.offsetOf(this.#clusters[Math.floor(at / clusterSize)] ?? 0) + (at % clusterSize)
  }

  grow(): number {
    const { geometry, label, table } = this.#volume
    if (this.#size + geometry.clusterSize > LARGEST) throw new SpaceError(`${label}: a directory is full`)
    const cluster = table.extend(this.#clusters.at(-1) ?? 0)
    this.#clusters.push(cluster)
    this.#volume.write([cluster], new Uint8Array())
    return this.#size
  }
}

/** FAT16's root directory: it lies before the clusters and has the size that mkfs.vfat gave it (`-r`, 512 slots unless told). */
class FixedArea implements Area {
  readonly #volume: Volume
  readonly #offset: number
  readonly #size: number

  constructor(volume: Volume, offset: number, size: number) {
    this.#volume = volume
    this.#offset = offset
    this.#size = size
  }

  read(): Uint8Array {
    return new Uint8Array(this.#volume.bytes.read(this.#offset, this.#size))
  }

  offsetOf(at: number): number {
    return this.#offset + at
  }

  grow(): never {
    const slots = this.#size / SLOT
    throw new SpaceError(
      `${this.#volume.label}: the root directory of the boot partition is full: it is FAT16, with room for ${slots} entries, ` +
        'and a long name takes several; remove files from it, or build the image with FAT32 there ("mkfs.vfat -F 32")',
    )
  }
}
