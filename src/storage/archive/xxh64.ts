import { fieldsOf } from '../../base/bytes/fields.ts'

/**
 * XXH64 with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), which .zst has as its checksum. Numbers of 64 bits
 * are slow in JavaScript, so each is two halves.
 */
interface Word {
  lo: number
  hi: number
}

const word = (value: bigint): Word => ({ lo: Number(value & 0xffffffffn) | 0, hi: Number(value >> 32n) | 0 })
const P1 = word(0x9e3779b185ebca87n)
const P2 = word(0xc2b2ae3d27d4eb4fn)
const P3 = word(0x165667b19e3779f9n)
const P4 = word(0x85ebca77c2b2ae63n)
const P5 = word(0x27d4eb2f165667c5n)
const STRIPE = 32

/** The hash of bytes that come in pieces. */
export class Xxh64 {
  readonly #lanes: Word[] = [add(copy(P1), P2), copy(P2), { lo: 0, hi: 0 }, negated(P1)]
  readonly #buffer = new Uint8Array(STRIPE)
  #buffered = 0
  #size = 0

  update(bytes: Uint8Array): void {
    this.#size += bytes.length
    let at = 0
    if (this.#buffered > 0) {
      at = Math.min(bytes.length, STRIPE - this.#buffered)
      this.#buffer.set(bytes.subarray(0, at), this.#buffered)
      this.#buffered += at
      if (this.#buffered < STRIPE) return
      this.#stripes(this.#buffer, 0, STRIPE)
      this.#buffered = 0
    }
    const end = bytes.length - ((bytes.length - at) % STRIPE)
    this.#stripes(bytes, at, end)
    this.#buffer.set(bytes.subarray(end))
    this.#buffered = bytes.length - end
  }

  /** The low 32 bits, which are what a frame ends with. */
  low32(): number {
    const hash = this.#size < STRIPE ? copy(P5) : this.#merged()
    add(hash, { lo: this.#size | 0, hi: Math.floor(this.#size / 2 ** 32) | 0 })
    this.#tail(hash)
    mix(hash, 33)
    multiply(hash, P2)
    mix(hash, 29)
    multiply(hash, P3)
    mix(hash, 32)
    return hash.lo >>> 0
  }

  #stripes(bytes: Uint8Array, start: number, end: number): void {
    const fields = fieldsOf(bytes)
    const input: Word = { lo: 0, hi: 0 }
    for (let at = start; at < end; at += STRIPE) {
      let offset = at
      for (const lane of this.#lanes) {
        input.lo = fields.getInt32(offset, true)
        input.hi = fields.getInt32(offset + 4, true)
        round(lane, input)
        offset += 8
      }
    }
  }

  #merged(): Word {
    const hash: Word = { lo: 0, hi: 0 }
    for (const [index, lane] of this.#lanes.entries()) add(hash, rotated(lane, [1, 7, 12, 18][index] ?? 0))
    for (const lane of this.#lanes) {
      xor(hash, round({ lo: 0, hi: 0 }, copy(lane)))
      multiply(hash, P1)
      add(hash, P4)
    }
    return hash
  }

  /** The bytes that fill no stripe. */
  #tail(hash: Word): void {
    const fields = fieldsOf(this.#buffer)
    let at = 0
    for (; at + 8 <= this.#buffered; at += 8) {
      const input = { lo: fields.getInt32(at, true), hi: fields.getInt32(at + 4, true) }
      xor(hash, round({ lo: 0, hi: 0 }, input))
      Object.assign(hash, rotated(hash, 27))
      add(multiply(hash, P1), P4)
    }
    for (; at + 4 <= this.#buffered; at += 4) {
      xor(hash, multiply({ lo: fields.getInt32(at, true), hi: 0 }, P1))
      Object.assign(hash, rotated(hash, 23))
      add(multiply(hash, P2), P3)
    }
    for (; at < this.#buffered; at += 1) {
      xor(hash, multiply({ lo: this.#buffer[at] ?? 0, hi: 0 }, P5))
      Object.assign(hash, rotated(hash, 11))
      multiply(hash, P1)
    }
  }
}

const copy = ({ lo, hi }: Word): Word => ({ lo, hi })

function negated({ lo, hi }: Word): Word {
  return { lo: -lo | 0, hi: lo === 0 ? -hi | 0 : ~hi }
}

/** `lane = rotate(lane + input * P2, 31) * P1`; `input` is used up. */
function round(lane: Word, input: Word): Word {
  multiply(input, P2)
  add(lane, input)
  const { lo, hi } = lane
  lane.lo = (lo << 31) | (hi >>> 1)
  lane.hi = (hi << 31) | (lo >>> 1)
  return multiply(lane, P1)
}

function add(to: Word, other: Word): Word {
  const lo = (to.lo >>> 0) + (other.lo >>> 0)
  to.lo = lo | 0
  to.hi = (to.hi + other.hi + (lo > 0xffffffff ? 1 : 0)) | 0
  return to
}

function xor(to: Word, other: Word): Word {
  to.lo ^= other.lo
  to.hi ^= other.hi
  return to
}

/** To the left, by 1 to 31. */
function rotated({ lo, hi }: Word, by: number): Word {
  return { lo: (lo << by) | (hi >>> (32 - by)), hi: (hi << by) | (lo >>> (32 - by)) }
}

/** `value ^= value >> by`, by 1 to 63. */
function mix(value: Word, by: number): void {
  if (by >= 32) {
    value.lo ^= by === 32 ? value.hi : value.hi >>> (by - 32)
    return
  }
  value.lo ^= (value.lo >>> by) | (value.hi << (32 - by))
  value.hi ^= value.hi >>> by
}

/** Modulo 2^64: the low halves in parts of 16 bits, of the rest what stays below. */
function multiply(to: Word, factor: Word): Word {
  const a0 = to.lo & 0xffff
  const a1 = to.lo >>> 16
  const b0 = factor.lo & 0xffff
  const b1 = factor.lo >>> 16
  const low = Math.imul(a0, b0) >>> 0
  const middle = (Math.imul(a1, b0) >>> 0) + (low >>> 16)
  const other = (Math.imul(a0, b1) >>> 0) + (middle & 0xffff)
  const carried = Math.imul(a1, b1) + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)
  to.hi = (carried + Math.imul(to.lo, factor.hi) + Math.imul(to.hi, factor.lo)) | 0
  to.lo = ((other & 0xffff) << 16) | (low & 0xffff)
  return to
}
