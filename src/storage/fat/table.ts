import type { WritableBytes } from '../../base/bytes/bytes.ts'
import { FullError } from '../../base/errors.ts'
import type { Geometry } from './boot-sector.ts'
import { damaged, type Naming } from './damaged.ts'
import { type EntryForm, entriesSector, FORMS, readEntries } from './table-entries.ts'

/** Clusters that are looked at together when free ones are wanted. */
const GROUP = 2048

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
  readonly #naming: Naming
  readonly #form: EntryForm
  readonly #entries: Uint16Array | Uint32Array
  /** 1: an entry leads to the cluster, or a directory does. */
  readonly #taken: Uint8Array
  readonly #freeInGroup: Int32Array
  readonly #changedSectors = new Set<number>()
  #free = 0
  #last: number | undefined

  /** @throws TargetError when the copies differ, a flag says that there was an error, or chains cross */
  constructor(bytes: WritableBytes, geometry: Geometry, naming: Naming) {
    this.#bytes = bytes
    this.#geometry = geometry
    this.#naming = naming
    this.#form = FORMS[geometry.bits]
    this.#entries = readEntries(bytes, geometry, naming)
    this.#taken = new Uint8Array(geometry.lastCluster + 1)
    this.#freeInGroup = new Int32Array(Math.ceil((geometry.lastCluster + 1) / GROUP))
    const flags = this.#entries[1] ?? 0
    if ((flags & this.#form.noError) === 0) throw damaged(naming, 'a read or write error was met on it')
    this.#survey()
    if ('cluster' in geometry.root) this.claim(geometry.root.cluster)
  }

  /** Says that the file system was unmounted. @returns whether it had said otherwise */
  markClean(): boolean {
    const flags = this.#entries[1] ?? 0
    if ((flags & this.#form.clean) !== 0) return false
    this.#entries[1] = flags | this.#form.clean
    this.#changedSectors.add(0)
    this.flush()
    return true
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
    if (first < 2 || first > this.#geometry.lastCluster) throw damaged(this.#naming, `there is no cluster ${first}`)
    if (this.#taken[first] === 1) throw damaged(this.#naming, `two chains share cluster ${first}`)
    this.#taken[first] = 1
  }

  /** The clusters of the chain that begins with `first`, which is claimed. */
  chain(first: number): number[] {
    const clusters = []
    for (let at = first; ; ) {
      clusters.push(at)
      const next = this.#next(at)
      if (next >= this.#form.firstEnd) return clusters
      if (next === this.#form.bad || next < 2)
        throw damaged(this.#naming, `the chain of cluster ${first} is broken at ${at}`)
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
      this.#set(cluster, clusters[i + 1] ?? this.#form.end)
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
      const bytes = entriesSector(this.#entries, sector, this.#geometry)
      for (const table of tables) this.#bytes.write(table + sector * sectorSize, bytes)
    }
    this.#changedSectors.clear()
  }

  /** Of a million clusters most are free: groups that are get no turns of their own. */
  #survey(): void {
    const entries = this.#entries
    const last = this.#geometry.lastCluster
    const { value, bad } = this.#form
    for (let group = 0; group < this.#freeInGroup.length; group++) {
      const first = Math.max(group * GROUP, 2)
      const end = Math.min((group + 1) * GROUP - 1, last)
      const isFree = isZero(entries.subarray(first, end + 1))
      let free = isFree ? end - first + 1 : 0
      for (let cluster = first; cluster <= end && !isFree; cluster++) {
        const next = (entries[cluster] as number) & value
        if (next === 0) free += 1
        else if (next < bad) {
          if (next < 2 || next > last)
            throw damaged(this.#naming, `cluster ${cluster} leads to ${next}, which does not exist`)
          this.claim(next)
        }
      }
      this.#freeInGroup[group] = free
      this.#free += free
    }
  }

  #next(cluster: number): number {
    return (this.#entries[cluster] ?? 0) & this.#form.value
  }

  #set(cluster: number, next: number): void {
    const { value } = this.#form
    const before = this.#entries[cluster] ?? 0
    if ((before & value) === 0 && next !== 0) this.#count(cluster, -1)
    if ((before & value) !== 0 && next === 0) this.#count(cluster, 1)
    this.#entries[cluster] = (before & ~value) | next
    this.#changedSectors.add(Math.floor((cluster * this.#geometry.bits) / 8 / this.#geometry.sectorSize))
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

  #full(count: number): FullError {
    const { clusterSize } = this.#geometry
    return new FullError(
      `${this.#naming.label}: ${count * clusterSize} bytes are needed, ${this.#free * clusterSize} are free`,
    )
  }
}

/** Whether all entries are zero. */
function isZero(entries: Uint16Array | Uint32Array): boolean {
  // Not `every`, which takes ten times as long, for up to a million entries.
  for (let i = 0; i < entries.length; i++) if (entries[i] !== 0) return false
  return true
}
