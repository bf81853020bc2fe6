import type { WritableBytes } from '../image/bytes.ts'
import { fieldsOf } from '../image/fields.ts'
import { SpaceError } from '../tree/tree.ts'
import { dirty, type Geometry } from './boot-sector.ts'
import { damaged } from './damaged.ts'

/** An entry has 28 bits; the four above them belong to nobody and are kept. */
const VALUE = 0x0fffffff
const BAD = 0x0ffffff7
/** Every value from here on ends a chain; this one is what is written. */
const FIRST_END = 0x0ffffff8
const END = 0x0fffffff
/** Bits of entry 1 (Microsoft, "FAT Volume Dirty Bit"): set on a volume that was unmounted, and had no read error. */
const CLEAN = 0x08000000
const NO_ERROR = 0x04000000
/** Clusters that are looked at together when free ones are wanted. */
const GROUP = 2048
/** Bytes of a copy that are read at once. */
const PIECE = 256 * 1024

/**
 * The file allocation table: for each cluster the next one of its file. It is held in memory as a whole, 4 MiB for a
 * boot partition of 512 MiB with clusters of one sector; {@link FatTable.flush} writes what changed to both copies.
 *
 * The whole table is checked once: no entry leads outside, no two lead to the same cluster. So a chain whose first
 * cluster no other leads to ({@link FatTable.claim}) has an end and shares nothing.
 */
export class FatTable {
  readonly #bytes: WritableBytes
  readonly #geometry: Geometry
  readonly #label: string
  readonly #entries: Uint32Array
  /** 1: an entry leads to the cluster, or a directory does. */
  readonly #taken: Uint8Array
  readonly #freeInGroup: Int32Array
  readonly #changedSectors = new Set<number>()
  #free = 0
  #last: number | undefined

  /** @throws TargetError when the copies differ, a flag says that it is dirty, or chains cross */
  constructor(bytes: WritableBytes, geometry: Geometry, label: string) {
    this.#bytes = bytes
    this.#geometry = geometry
    this.#label = label
    this.#entries = readEntries(bytes, geometry, label)
    this.#taken = new Uint8Array(geometry.lastCluster + 1)
    this.#freeInGroup = new Int32Array(Math.ceil((geometry.lastCluster + 1) / GROUP))
    const flags = this.#entries[1] ?? 0
    if ((flags & CLEAN) === 0) throw dirty(label)
    if ((flags & NO_ERROR) === 0) throw damaged(label, 'a read or write error was met on it')
    this.#survey()
    this.claim(geometry.rootCluster)
  }

  /** Clusters that are free. */
  get free(): number {
    return this.#free
  }

  /** The cluster that was allocated last; `undefined`: none was. */
  get last(): number | undefined {
    return this.#last
  }

  /** Whether something is in the cluster, or it is marked as bad. */
  isUsed(cluster: number): boolean {
    return this.#next(cluster) !== 0
  }

  /**
   * Takes a chain, by its first cluster, for the one file or directory that begins there.
   *
   * @throws TargetError when there is no such cluster, or it belongs to another chain
   */
  claim(first: number): void {
    if (first < 2 || first > this.#geometry.lastCluster) throw damaged(this.#label, `there is no cluster ${first}`)
    if (this.#taken[first] === 1) throw damaged(this.#label, `two chains share cluster ${first}`)
    this.#taken[first] = 1
  }

  /** The clusters of the chain that begins with `first`, which is claimed. */
  chain(first: number): number[] {
    const clusters = []
    for (let at = first; ; ) {
      clusters.push(at)
      const next = this.#next(at)
      if (next >= FIRST_END) return clusters
      if (next === BAD || next < 2) throw damaged(this.#label, `the chain of cluster ${first} is broken at ${at}`)
      at = next
    }
  }

  /**
   * Makes a chain of `count` clusters out of free ones, and claims it. First those that lie where the image changes
   * anyway, then all others, by number: the same edit takes the same clusters.
   *
   * @throws SpaceError when there are not so many
   */
  allocate(count: number): number[] {
    if (count > this.#free) throw this.#full(count)
    const clusters: number[] = []
    this.#collect(clusters, count, (group) => this.#isTouched(group))
    this.#collect(clusters, count, () => true)
    clusters.forEach((cluster, i) => {
      this.#set(cluster, clusters[i + 1] ?? END)
      this.#taken[cluster] = 1
      this.#last = cluster
    })
    return clusters
  }

  /** Makes the chain that ends with `end` one cluster longer. */
  extend(end: number): number {
    const [cluster] = this.allocate(1)
    if (cluster === undefined) throw this.#full(1)
    this.#set(end, cluster)
    return cluster
  }

  /** Gives a whole chain back. */
  release(clusters: readonly number[]): void {
    for (const cluster of clusters) {
      this.#set(cluster, 0)
      this.#taken[cluster] = 0
    }
  }

  /** Writes what changed to every copy of the table. */
  flush(): void {
    const { sectorSize, tables } = this.#geometry
    for (const sector of this.#changedSectors) {
      const bytes = new Uint8Array(sectorSize)
      const fields = fieldsOf(bytes)
      const first = (sector * sectorSize) / 4
      for (let i = 0; i < sectorSize / 4; i++) fields.setUint32(i * 4, this.#entries[first + i] ?? 0, true)
      for (const table of tables) this.#bytes.write(table + sector * sectorSize, bytes)
    }
    this.#changedSectors.clear()
  }

  /** Of a million clusters most are free: groups that are get no turns of their own. */
  #survey(): void {
    const entries = this.#entries
    const last = this.#geometry.lastCluster
    for (let group = 0; group < this.#freeInGroup.length; group++) {
      const first = Math.max(group * GROUP, 2)
      const end = Math.min((group + 1) * GROUP - 1, last)
      const isFree = isZero(entries.subarray(first, end + 1))
      let free = isFree ? end - first + 1 : 0
      for (let cluster = first; cluster <= end && !isFree; cluster++) {
        const next = (entries[cluster] as number) & VALUE
        if (next === 0) free += 1
        else if (next < BAD) {
          if (next < 2 || next > last) throw damaged(this.#label, `cluster ${cluster} leads to ${next}, which is none`)
          this.claim(next)
        }
      }
      this.#freeInGroup[group] = free
      this.#free += free
    }
  }

  #next(cluster: number): number {
    return (this.#entries[cluster] ?? 0) & VALUE
  }

  #set(cluster: number, next: number): void {
    const before = this.#entries[cluster] ?? 0
    if ((before & VALUE) === 0 && next !== 0) this.#count(cluster, -1)
    if ((before & VALUE) !== 0 && next === 0) this.#count(cluster, 1)
    this.#entries[cluster] = (before & ~VALUE) | next
    this.#changedSectors.add(Math.floor((cluster * 4) / this.#geometry.sectorSize))
  }

  #count(cluster: number, change: number): void {
    const group = Math.floor(cluster / GROUP)
    this.#free += change
    this.#freeInGroup[group] = (this.#freeInGroup[group] ?? 0) + change
  }

  /** Adds free clusters of the wanted groups until there are `count`. */
  #collect(clusters: number[], count: number, isWanted: (group: number) => boolean): void {
    const known = new Set(clusters)
    for (let group = 0; group < this.#freeInGroup.length && clusters.length < count; group++) {
      if (this.#freeInGroup[group] === 0 || !isWanted(group)) continue
      const end = Math.min((group + 1) * GROUP - 1, this.#geometry.lastCluster)
      for (let cluster = Math.max(group * GROUP, 2); cluster <= end && clusters.length < count; cluster++) {
        if (this.#next(cluster) === 0 && !known.has(cluster)) clusters.push(cluster)
      }
    }
  }

  #isTouched(group: number): boolean {
    const { clusterSize, dataStart, lastCluster } = this.#geometry
    const first = Math.max(group * GROUP, 2)
    const end = Math.min((group + 1) * GROUP - 1, lastCluster)
    return this.#bytes.isTouched(dataStart + (first - 2) * clusterSize, (end - first + 1) * clusterSize)
  }

  #full(count: number): SpaceError {
    const { clusterSize } = this.#geometry
    return new SpaceError(
      `${this.#label}: ${count * clusterSize} bytes are needed, ${this.#free * clusterSize} are free`,
    )
  }
}

const ZEROS = new Uint32Array(GROUP)

/** Whether all of at most {@link GROUP} entries are zero. */
function isZero(entries: Uint32Array): boolean {
  return Buffer.compare(bytesOf(entries), bytesOf(ZEROS.subarray(0, entries.length))) === 0
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** @throws TargetError when the copies of the table differ */
function readEntries(bytes: WritableBytes, geometry: Geometry, label: string): Uint32Array {
  const { tableSize } = geometry
  const [first, second] = geometry.tables
  if (first === undefined) throw damaged(label, 'there is no allocation table')
  const table = new Uint8Array(tableSize)
  for (let at = 0; at < tableSize; at += PIECE) {
    const length = Math.min(PIECE, tableSize - at)
    const piece = bytes.read(first + at, length)
    if (second !== undefined && Buffer.compare(piece, bytes.read(second + at, length)) !== 0) {
      throw damaged(label, 'the copies of its allocation table differ')
    }
    table.set(piece, at)
  }
  return entriesOf(table)
}

/** Most machines have the order of bytes that FAT has, and need not turn a million numbers round. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

function entriesOf(table: Uint8Array): Uint32Array {
  if (IS_LITTLE_ENDIAN) return new Uint32Array(table.buffer)
  const fields = fieldsOf(table)
  return Uint32Array.from({ length: table.length / 4 }, (_, i) => fields.getUint32(i * 4, true))
}
