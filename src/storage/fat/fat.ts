import type { WritableBytes } from '../../base/bytes/bytes.ts'
import type { FileSystem, Meta } from '../image/file-system.ts'
import type { Entry } from '../tree/tree.ts'
import { assertPlain } from '../tree/walk.ts'
import { ClusterArea, rootArea } from './area.ts'
import type { Naming } from './damaged.ts'
import { Directory, type Entry as FatEntry } from './directory.ts'
import { ARCHIVE, DIRECTORY, entryBytes } from './entry.ts'
import { readInfo, writeInfo } from './info-sector.ts'
import { assertName } from './name.ts'
import { Volume } from './volume.ts'

/** Where a path leads to: a name in a directory. */
interface Place {
  readonly directory: Directory
  readonly name: string
  /** `undefined`: the directory has no such name. */
  readonly entry: FatEntry | undefined
}

/** What FAT has no place for is the same everywhere, as on a mounted boot partition. */
const META = { mode: 0o755, uid: 0, gid: 0 } as const
const LARGEST = 0xffffffff
/** Of the state in the boot sector. */
const DIRTY = 0x1
/** What stands for the root directory where a first cluster is asked for; no cluster has that number. */
const ROOT = 0

/**
 * Opens a FAT16 or FAT32 file system.
 *
 * @param options.label what to call it in messages
 * @param options.repair the command line that repairs it
 * @param options.epoch seconds since 1970: the time that everything written gets, in UTC
 * If it was not unmounted, the marks that say so are taken away, as `fsck.vfat -a` does it: its tables are checked in any case.
 *
 * @throws TargetError when it is another file system, or is damaged
 */
export function openFat(bytes: WritableBytes, options: Naming & { readonly epoch: number }): Fat {
  const volume = new Volume(bytes, options)
  readInfo(volume)
  const isDirty = clearMarks(volume)
  return new Fat(
    volume,
    isDirty ? [`${options.label}: the boot partition was not unmounted: its mark is taken away`] : [],
  )
}

/** Linux marks a byte of the boot sector, Windows a bit of the table. @returns whether one was marked */
function clearMarks({ bytes, geometry, table }: Volume): boolean {
  const [state = 0] = bytes.read(geometry.state, 1)
  const isMarked = (state & DIRTY) !== 0
  if (isMarked) bytes.write(geometry.state, Uint8Array.of(state & ~DIRTY))
  return table.markClean() || isMarked
}

/**
 * An editor for FAT16 and FAT32. Names are found in any case, by their short form too, and keep the spelling they have. There
 * are no owners, modes or links; the content of every removed or replaced file is overwritten with zeros, for nothing
 * says which of them were secret.
 */
export class Fat implements FileSystem {
  readonly recovered: readonly string[]
  readonly #volume: Volume
  /** By their first clusters, that of the root directory as {@link ROOT}. */
  readonly #directories = new Map<number, Directory>()

  constructor(volume: Volume, recovered: readonly string[]) {
    this.#volume = volume
    this.recovered = recovered
  }

  setTime(epoch: number): void {
    this.#volume.setTime(epoch)
  }

  links(path: string): number {
    return this.lstat(path) === undefined ? 0 : 1
  }

  lstat(path: string): Entry | undefined {
    assertPlain(path)
    if (path === '/') return { kind: 'directory', ...META }
    const entry = this.#find(path)?.entry
    if (entry === undefined) return undefined
    return isDirectory(entry) ? { kind: 'directory', ...META } : { kind: 'file', ...META, size: entry.size }
  }

  /** @throws TargetError when there is no file, or its clusters hold less than its size */
  readFile(path: string): Uint8Array {
    const entry = this.#find(path)?.entry
    if (entry === undefined || isDirectory(entry)) throw this.#volume.refused(`${path} is not a file`)
    const clusters = this.#clustersOf(entry)
    if (clusters.length * this.#volume.geometry.clusterSize < entry.size) {
      throw this.#volume.damaged(`${path} is shorter than its size`)
    }
    return this.#volume.read(clusters, entry.size)
  }

  list(path: string): readonly string[] {
    const directory = this.#directoryAt(path)
    return directory === undefined ? [] : Array.from(directory.entries, ({ name }) => name)
  }

  writeFile(path: string, content: Uint8Array, _meta: Meta): void {
    const { directory, entry, name } = this.#place('write', path)
    if (entry !== undefined && isDirectory(entry)) throw this.#volume.refused(`write ${path}: it is a directory`)
    if (content.length > LARGEST) throw this.#volume.refused(`write ${path}: FAT holds no file of 4 GiB or more`)
    if (entry !== undefined) this.#volume.erase(this.#clustersOf(entry))
    const written = { attributes: ARCHIVE, cluster: this.#store(content), size: content.length }
    if (entry !== undefined) directory.replace(entry, written)
    else directory.add(name, written)
    this.#volume.table.flush()
  }

  makeDirectory(path: string, _meta: Meta): void {
    const { directory, entry, name } = this.#place('mkdir', path)
    if (entry !== undefined) throw this.#volume.refused(`mkdir ${path}: it is there already`)
    const cluster = this.#store(new Uint8Array(this.#volume.geometry.clusterSize))
    const dots = [
      { short: '.', cluster },
      { short: '..', cluster: directory.first },
    ]
    dots.forEach(({ short, cluster: target }, i) => {
      const content = { attributes: DIRECTORY, cluster: target, size: 0 }
      const bytes = entryBytes(short.padEnd(11), 0, content, this.#volume.now)
      this.#volume.bytes.write(this.#volume.offsetOf(cluster) + i * bytes.length, bytes)
    })
    directory.add(name, { attributes: DIRECTORY, cluster, size: 0 })
    this.#volume.table.flush()
  }

  /** FAT has neither owner nor mode: only whether the directory is there is looked at. */
  setMeta(path: string, _meta: Meta): void {
    if (this.#directoryAt(path) === undefined) throw this.#volume.refused(`chmod ${path}: it is not a directory`)
  }

  symlink(path: string, _target: string): void {
    throw new Error(`${this.#volume.label}: ${path}: FAT holds no links`)
  }

  remove(path: string): void {
    if (path === '/') throw this.#volume.refused('the whole partition is not removed')
    const place = this.#find(path)
    if (place?.entry === undefined) return
    const clusters = this.#allClusters(place.entry)
    place.directory.remove(place.entry)
    this.#volume.erase(clusters)
    this.#volume.table.flush()
  }

  room(): { readonly bytes: number; readonly files: number } {
    const { geometry, table } = this.#volume
    return { bytes: table.free * geometry.clusterSize, files: Number.POSITIVE_INFINITY }
  }

  used(): readonly { readonly offset: number; readonly length: number }[] {
    const { geometry, table } = this.#volume
    const parts = [{ offset: 0, length: geometry.dataStart }]
    for (let cluster = 2; cluster <= geometry.lastCluster; cluster++) {
      if (!table.isUsed(cluster)) continue
      const offset = this.#volume.offsetOf(cluster)
      const last = parts.at(-1)
      if (last !== undefined && last.offset + last.length === offset) last.length += geometry.clusterSize
      else parts.push({ offset, length: geometry.clusterSize })
    }
    return parts
  }

  finish(): void {
    writeInfo(this.#volume)
  }

  #store(content: Uint8Array): number {
    const { geometry, table } = this.#volume
    const clusters = table.allocate(Math.ceil(content.length / geometry.clusterSize))
    this.#volume.write(clusters, content)
    return clusters[0] ?? 0
  }

  /** The clusters of an entry and of all that lies below it; a loop, not a recursion, for a tree may be of any depth. */
  #allClusters(top: FatEntry): number[] {
    const clusters: number[] = []
    for (const todo = [top]; ; ) {
      const entry = todo.pop()
      if (entry === undefined) return clusters
      for (const cluster of this.#clustersOf(entry)) clusters.push(cluster)
      if (!isDirectory(entry)) continue
      todo.push(...this.#open(entry.cluster).entries)
      this.#directories.delete(entry.cluster)
    }
  }

  #clustersOf(entry: FatEntry): number[] {
    if (entry.cluster !== 0) return this.#volume.table.chain(entry.cluster)
    if (isDirectory(entry)) throw this.#volume.damaged(`the directory ${JSON.stringify(entry.name)} has no cluster`)
    return []
  }

  #place(what: string, path: string): Place {
    const place = path === '/' ? undefined : this.#find(path)
    if (place === undefined) throw this.#volume.refused(`${what} ${path}: its directory is missing`)
    if (place.entry === undefined) assertName(place.name, path, this.#volume.label)
    return place
  }

  /** `undefined` when the directory of `path` is not there. */
  #find(path: string): Place | undefined {
    assertPlain(path)
    const cut = path.lastIndexOf('/')
    const directory = this.#directoryAt(path.slice(0, cut) || '/')
    const name = path.slice(cut + 1)
    return directory && { directory, name, entry: directory.find(name) }
  }

  #directoryAt(path: string): Directory | undefined {
    assertPlain(path)
    let directory = this.#open(ROOT)
    for (const part of path.split('/').filter((p) => p !== '')) {
      const entry = directory.find(part)
      if (entry === undefined || !isDirectory(entry)) return undefined
      if (entry.cluster === 0) throw this.#volume.damaged(`the directory ${JSON.stringify(part)} has no cluster`)
      directory = this.#open(entry.cluster)
    }
    return directory
  }

  #open(first: number): Directory {
    const known = this.#directories.get(first)
    if (known !== undefined) return known
    const area = first === ROOT ? rootArea(this.#volume) : new ClusterArea(this.#volume, first)
    const directory = new Directory(this.#volume, first, area)
    this.#directories.set(first, directory)
    return directory
  }
}

function isDirectory(entry: FatEntry): boolean {
  return (entry.attributes & DIRECTORY) !== 0
}
