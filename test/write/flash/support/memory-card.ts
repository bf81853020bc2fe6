import type { CardCalls } from '../../../../src/write/flash/card-calls.ts'
import { seeded } from '../../../support/seeded.ts'

/** What a card, or the way to it, does wrong; each at one call, or from there on. */
export interface CardFault {
  readonly kind:
    | 'write-error'
    | 'short-write'
    | 'no-write'
    | 'lost-write'
    | 'misplaced-write'
    | 'torn-write'
    | 'sync-error'
    | 'sync-ignored'
    | 'read-error'
    | 'short-read'
    | 'flipped-bit'
    | 'killed'
    | 'less-memory-wraps'
    | 'less-memory-drops'
  /** Which of the calls that it is about, from 0. */
  readonly at: number
}

const SECTOR = 512
const failure = (code: string) => Object.assign(new Error(`${code}: injected`), { code })

/**
 * A card in memory, behind a cache as the kernel has one: what is written is on the medium after a sync, or when it is read
 * past the cache. When the process is killed or the power goes, any part of what waits may have reached the medium.
 */
export class MemoryCard {
  readonly medium: Buffer
  /** Bytes that the card says it has. */
  readonly size: number
  readonly #fault: CardFault | undefined
  readonly #random: (below: number) => number
  readonly #real: number
  #waiting: { position: number; bytes: Buffer }[] = []
  #counts = { write: 0, read: 0, sync: 0, all: 0 }
  #isDead = false

  /** @param old what an earlier use has left everywhere */
  constructor(size: number, fault: CardFault | undefined, seed: number, old = 0xa5) {
    this.size = size
    this.#fault = fault
    this.#random = seeded(seed)
    this.medium = Buffer.alloc(size, old)
    const isLess = fault?.kind.startsWith('less-memory') === true
    this.#real = isLess ? Math.floor((size * (3 + this.#random(5))) / 10 / SECTOR) * SECTOR : size
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** The power is gone: what waits has reached the medium, or not, or in part. */
  cutPower(): void {
    for (const { position, bytes } of this.#waiting.splice(0)) {
      for (let at = 0; at < bytes.length; at += SECTOR) {
        if (this.#random(2) === 0) this.#store(position + at, bytes.subarray(at, at + SECTOR))
      }
    }
  }

  /** What reads past all caches give. */
  shown(offset: number, length: number): Buffer {
    if (offset + length <= this.#real) return Buffer.from(this.medium.subarray(offset, offset + length))
    const bytes = Buffer.alloc(length)
    for (let at = 0; at < length; at += SECTOR) {
      const place = this.#placeOf(offset + at)
      if (place !== undefined) this.medium.copy(bytes, at, place, place + Math.min(SECTOR, length - at))
    }
    return bytes
  }

  readonly calls: CardCalls = {
    openExclusively: () => 3,
    openDirectly: () => 4,
    numberOf: () => 0,
    write: async (_, bytes, position) => {
      const hit = this.#next('write')
      if (hit === 'write-error') throw failure('EIO')
      if (hit === 'no-write') return 0
      if (hit === 'lost-write') return bytes.length
      const part = hit === 'short-write' ? bytes.subarray(0, Math.max(1, this.#random(bytes.length))) : bytes
      const kept = Buffer.from(hit === 'torn-write' ? bytes.subarray(0, bytes.length >> 1) : part)
      const shift = hit === 'misplaced-write' && position >= SECTOR ? -SECTOR : 0
      this.#waiting.push({ position: position + shift, bytes: kept })
      return part.length
    },
    sync: async () => {
      const hit = this.#next('sync')
      if (hit === 'sync-ignored') return
      if (hit === 'sync-error') {
        // The kernel tells once, and forgets what it could not write.
        this.#waiting = []
        throw failure('EIO')
      }
      this.#flush()
    },
    read: async (_, into, position) => {
      const hit = this.#next('read')
      this.#flush()
      if (hit === 'read-error') throw failure('EIO')
      const bytes = this.shown(position, into.length)
      if (hit === 'flipped-bit') {
        const at = this.#random(bytes.length)
        bytes[at] = (bytes[at] ?? 0) ^ 1
      }
      into.set(bytes)
      return hit === 'short-read' ? into.length >> 1 : into.length
    },
    close: () => undefined,
  }

  /** Counts a call. @returns the fault that it is to have */
  #next(what: 'write' | 'read' | 'sync'): CardFault['kind'] | undefined {
    if (this.#isDead) throw failure('ESHUTDOWN')
    const own = this.#counts[what]++
    const all = this.#counts.all++
    const fault = this.#fault
    if (fault === undefined) return undefined
    if (fault.kind === 'killed' && fault.at === all) {
      this.#isDead = true
      this.cutPower()
      throw failure('ESHUTDOWN')
    }
    const isAbout =
      fault.kind.endsWith(what) || fault.kind.startsWith(what) || (fault.kind === 'flipped-bit' && what === 'read')
    return isAbout && fault.at === own ? fault.kind : undefined
  }

  #flush(): void {
    for (const { position, bytes } of this.#waiting.splice(0)) this.#store(position, bytes)
  }

  #store(position: number, bytes: Uint8Array): void {
    if (position + bytes.length <= this.#real) {
      this.medium.set(bytes, position)
      return
    }
    for (let at = 0; at < bytes.length; at += SECTOR) {
      const place = this.#placeOf(position + at)
      if (place !== undefined) this.medium.set(bytes.subarray(at, at + SECTOR), place)
    }
  }

  /** Where the medium has a sector; undefined: nowhere. */
  #placeOf(position: number): number | undefined {
    if (position < this.#real) return position
    return this.#fault?.kind === 'less-memory-wraps' ? position % this.#real : undefined
  }
}
