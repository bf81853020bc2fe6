import type { Area } from './area.ts'
import { type Content, entryBytes, readContent, readShort, shortBytes, VOLUME } from './entry.ts'
import { LONG_NAME, LongNameReader, longSlots, slotsFor } from './long-name.ts'
import { canBePart, folded } from './name.ts'
import { asShort, nameOf, type Short, saysAll, shortFor } from './short-name.ts'
import type { Volume } from './volume.ts'

const SLOT = 32
const FREE = 0xe5
const END = 0x00
/** Attributes, but for two bits that nobody uses. */
const ATTRIBUTES = 0x3f

/** A name in a directory and what it stands for. */
export interface Entry extends Content {
  readonly name: string
  readonly short: Short
  /** Byte 12: the case of the short name. */
  readonly flags: number
  /** The slot of the short name; those of the long name lie before it. */
  readonly slot: number
  readonly longSlots: number
}

/** A directory, read as a whole; every change is written at once. */
export class Directory {
  readonly #volume: Volume
  readonly #area: Area
  readonly #entries = new Map<number, Entry>()
  readonly #byName = new Map<string, Entry>()
  readonly #byShort = new Map<Short, Entry>()
  #slots: Uint8Array

  /** What `..` of a directory in this one says: its first cluster, 0 for the root directory. */
  readonly first: number

  /** @throws TargetError when it is damaged, or shares clusters with another one */
  constructor(volume: Volume, first: number, area: Area) {
    this.#volume = volume
    this.first = first
    this.#area = area
    this.#slots = area.read()
    this.#parse()
  }

  get entries(): Iterable<Entry> {
    return this.#entries.values()
  }

  /** The entry of that name in any case; its short name will do too, as on the device. */
  find(name: string): Entry | undefined {
    return this.#byName.get(folded(name)) ?? this.#byShort.get(asShort(name) ?? '')
  }

  /** @throws SpaceError when the directory cannot grow */
  add(name: string, content: Content): Entry {
    const short = shortFor(name, (candidate) => this.#byShort.has(candidate))
    const long = saysAll(short, name) ? 0 : slotsFor(name)
    const first = this.#place(long + 1)
    if (long > 0) this.#slots.set(longSlots(name, shortBytes(short)), first * SLOT)
    const entry = { ...content, name, short, flags: 0, slot: first + long, longSlots: long }
    this.#slots.set(entryBytes(short, 0, content, this.#volume.now), entry.slot * SLOT)
    this.#write(first, long + 1)
    this.#know(entry)
    return entry
  }

  /** Lets a name, which keeps its spelling, stand for something else. */
  replace(old: Entry, content: Content): void {
    const entry = { ...old, ...content }
    this.#slots.set(entryBytes(old.short, old.flags, content, this.#volume.now), old.slot * SLOT)
    this.#write(old.slot, 1)
    this.#know(entry)
  }

  /** Removes a name. Its slots keep nothing but the mark that they are free. */
  remove(entry: Entry): void {
    const first = entry.slot - entry.longSlots
    this.#slots.fill(0, first * SLOT, (entry.slot + 1) * SLOT)
    for (let slot = first; slot <= entry.slot; slot++) this.#slots[slot * SLOT] = FREE
    this.#write(first, entry.longSlots + 1)
    this.#entries.delete(entry.slot)
    if (this.#byName.get(folded(entry.name))?.slot === entry.slot) this.#byName.delete(folded(entry.name))
    this.#byShort.delete(entry.short)
  }

  get #count(): number {
    return this.#slots.length / SLOT
  }

  #parse(): void {
    const long = new LongNameReader()
    for (let number = 0; number < this.#count; number++) {
      const slot = this.#slots.subarray(number * SLOT, (number + 1) * SLOT)
      const attributes = (slot[11] ?? 0) & ATTRIBUTES
      if (slot[0] === END) {
        // What lies behind the end means nothing, and must not when the end moves.
        this.#slots.fill(0, number * SLOT)
        return
      }
      if (slot[0] === FREE) long.reset()
      else if (attributes === LONG_NAME) long.add(slot)
      else if ((attributes & VOLUME) !== 0) long.reset()
      else this.#meet(slot, number, long)
    }
  }

  #meet(slot: Uint8Array, number: number, reader: LongNameReader): void {
    const short = readShort(slot)
    const flags = slot[12] ?? 0
    const long = reader.take(slot)
    if (isDots(short)) return
    const name = long?.name ?? nameOf(short, flags)
    if (!canBePart(name)) throw this.#volume.damaged(`a directory holds the name ${JSON.stringify(name)}`)
    if (this.#byShort.has(short)) throw this.#volume.damaged(`a directory holds ${JSON.stringify(name)} twice`)
    const entry = {
      ...readContent(slot, this.#volume.geometry.bits),
      name,
      short,
      flags,
      slot: number,
      longSlots: long?.slots ?? 0,
    }
    if (entry.cluster !== 0) this.#volume.table.claim(entry.cluster)
    this.#know(entry)
  }

  #know(entry: Entry): void {
    this.#entries.set(entry.slot, entry)
    const same = this.#byName.get(folded(entry.name))
    if (same === undefined || same.slot === entry.slot) this.#byName.set(folded(entry.name), entry)
    this.#byShort.set(entry.short, entry)
  }

  /** The first of `count` free slots in a row. */
  #place(count: number): number {
    let run = 0
    for (let slot = 0; slot < this.#count; slot++) {
      const mark = this.#slots[slot * SLOT]
      run = mark === FREE || mark === END ? run + 1 : 0
      if (run === count) return slot - count + 1
    }
    const first = this.#count - run
    while (this.#count < first + count) this.#grow()
    return first
  }

  #grow(): void {
    const grown = new Uint8Array(this.#area.grow())
    grown.set(this.#slots)
    this.#slots = grown
  }

  /** Brings slots to the disk, with the one behind them, which may be the end now. */
  #write(first: number, count: number): void {
    const end = Math.min(first + count + 1, this.#count)
    for (let slot = first; slot < end; slot++) {
      const at = slot * SLOT
      this.#volume.bytes.write(this.#area.offsetOf(at), this.#slots.subarray(at, at + SLOT))
    }
  }
}

/** `.` and `..`: the directory itself and the one above. */
function isDots(short: Short): boolean {
  return /^\.\.? *$/.test(short)
}
