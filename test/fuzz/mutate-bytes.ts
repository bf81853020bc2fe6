import { type Mutate, pick, type Random } from './reader.ts'

/** Counts and sizes at which arithmetic goes wrong. */
const NUMBERS = [0n, 1n, 2n, 127n, 128n, 255n, 511n, 512n, 1024n, 4096n, 65_535n, 2n ** 20n, 2n ** 31n - 1n, 2n ** 31n]
const LARGE = [2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]

/**
 * Changes bytes where there are any: tables and heads, hardly ever the zeros between them.
 *
 * @param repair puts checksums right again, in place; most inputs go through it, for else nothing behind them is reached
 */
export function byteMutations(repair: (bytes: Uint8Array) => void = () => undefined): Mutate {
  const places = new Map<Uint8Array, readonly number[]>()
  const placesOf = (seed: Uint8Array) => {
    const found = places.get(seed) ?? Array.from(seed.keys()).filter((at) => seed[at] !== 0)
    places.set(seed, found)
    return found
  }
  return (seeds, random) => {
    const seed = pick(random, seeds)
    let bytes = Uint8Array.from(seed)
    const at = () =>
      Math.max(0, (random(12) === 0 ? random(seed.length) : (pick(random, placesOf(seed)) ?? 0)) - random(3))
    for (let n = 1 + random(4); n > 0; n--) bytes = change(bytes, at(), seeds, random)
    if (random(4) > 0) repair(bytes)
    return bytes
  }
}

function change(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  seeds: readonly Uint8Array[],
  random: Random,
): Uint8Array<ArrayBuffer> {
  const end = Math.min(bytes.length, at + 1 + random(pick(random, [4, 64, 1024])))
  switch (random(12)) {
    case 0:
      return bytes.slice(0, at)
    case 1:
      return joined(bytes.subarray(0, at), bytes.subarray(end))
    case 2:
      return joined(bytes.subarray(0, end), bytes.subarray(at))
    case 3:
      bytes.copyWithin(random(bytes.length + 1), at, end)
      return bytes
    case 4:
      bytes.fill(pick(random, [0, 0xff, 0x20]), at, end)
      return bytes
    case 5:
      bytes.set(pick(random, seeds).subarray(at, end), Math.min(at, bytes.length))
      return bytes
    case 6:
    case 7:
    case 8:
      putNumber(bytes, at - (random(2) && at % 4), random)
      return bytes
    default:
      bytes[at] = pick(random, [random(256), (bytes[at] ?? 0) ^ (1 << random(8)), (bytes[at] ?? 0) + 1, 0xff, 0])
      return bytes
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function putNumber(bytes: Uint8Array, at: number, random: Random): void {
  const width = pick(random, [2, 4, 4, 8])
  if (at + width > bytes.length) return
  const fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const number = pick(random, random(3) === 0 ? LARGE : NUMBERS)
  const isLittle = random(4) > 0
  if (width === 2) fields.setUint16(at, Number(number & 0xffffn), isLittle)
  else if (width === 4) fields.setUint32(at, Number(number & 0xffffffffn), isLittle)
  else fields.setBigUint64(at, number, isLittle)
}
