import { fieldsOf } from '../../base/bytes/fields.ts'

/** The characters of one slot, by their places in it. */
const PLACES = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30]
const MOST_SLOTS = 20
/** Marks the first slot on the disk, which holds the end of the name. */
const LAST = 0x40

/** Attributes of a slot that holds a piece of a long name. */
export const LONG_NAME = 0x0f
export const LONGEST = 255

/**
 * The slots of a long name, in the order of the disk: its end first, the short entry follows.
 *
 * Layout: Microsoft "FAT: General Overview of On-Disk Format" 1.03, "Long Directory Entries"; 32 bytes each.
 *
 *     offset  bytes  field
 *          0      1  which piece, from 1; | 0x40 in the last
 *          1     10  characters 1 to 5, UTF-16; after the name one 0, then 0xFFFF
 *         11      1  0x0F
 *         13      1  checksum of the short name
 *         14     12  characters 6 to 11
 *         28      4  characters 12 and 13
 *
 * @param short the eleven bytes of the short name
 */
export function longSlots(name: string, short: Uint8Array): Uint8Array {
  const count = slotsFor(name)
  const slots = new Uint8Array(count * 32)
  const fields = fieldsOf(slots)
  for (let piece = count; piece >= 1; piece--) {
    const at = (count - piece) * 32
    slots[at] = piece === count ? piece | LAST : piece
    slots[at + 11] = LONG_NAME
    slots[at + 13] = checksum(short)
    PLACES.forEach((place, i) => {
      const index = (piece - 1) * PLACES.length + i
      const unit = index < name.length ? name.charCodeAt(index) : index === name.length ? 0 : 0xffff
      fields.setUint16(at + place, unit, true)
    })
  }
  return slots
}

/** How many slots a long name takes, the short entry not counted. */
export function slotsFor(name: string): number {
  return Math.ceil(name.length / PLACES.length)
}

/** Puts a long name together as its slots come by. What does not fit together is left aside, as every driver does. */
export class LongNameReader {
  #name = ''
  #awaited = 0
  #checksum = 0
  #count = 0

  /** Takes the next slot with {@link LONG_NAME}. */
  add(slot: Uint8Array): void {
    const piece = (slot[0] ?? 0) & ~LAST
    const isEnd = ((slot[0] ?? 0) & LAST) !== 0
    if (isEnd) {
      this.reset()
      if (piece < 1 || piece > MOST_SLOTS) return
      this.#checksum = slot[13] ?? 0
    } else if (piece !== this.#awaited || slot[13] !== this.#checksum || piece === 0) {
      this.reset()
      return
    }
    this.#name = characters(slot) + this.#name
    this.#awaited = piece - 1
    this.#count += 1
  }

  /** The name that belongs to the short one that follows, and its slots; `undefined`: there is none. */
  take(short: Uint8Array): { readonly name: string; readonly slots: number } | undefined {
    const isWhole = this.#count > 0 && this.#awaited === 0 && checksum(short) === this.#checksum
    const result = isWhole && this.#name !== '' ? { name: this.#name, slots: this.#count } : undefined
    this.reset()
    return result
  }

  reset(): void {
    this.#name = ''
    this.#awaited = 0
    this.#count = 0
  }
}

/** Up to the 0; halves of a surrogate pair stay as they are. */
function characters(slot: Uint8Array): string {
  const fields = fieldsOf(slot)
  const units = PLACES.map((place) => fields.getUint16(place, true))
  const end = units.indexOf(0)
  return String.fromCharCode(...(end === -1 ? units : units.slice(0, end)))
}

function checksum(short: Uint8Array): number {
  let sum = 0
  for (const byte of short.subarray(0, 11)) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff
  return sum
}
