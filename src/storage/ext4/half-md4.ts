/** The hash of names in the index of a directory (Linux Documentation/filesystems/ext4, "Hash Tree Directories"). */

type State = readonly [number, number, number, number]

/** The start of MD4, where the superblock names no other. */
const START: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
/** Bytes of a name that one round takes. */
const PIECE = 32
/** The largest hash means the end of a directory when it is read, so no name has it. */
const END = 0xfffffffe

interface Round {
  readonly mix: (x: number, y: number, z: number) => number
  readonly constant: number
  readonly order: readonly number[]
  readonly shifts: readonly [number, number, number, number]
}

const rounds: readonly Round[] = [
  { mix: (x, y, z) => z ^ (x & (y ^ z)), constant: 0, order: [0, 1, 2, 3, 4, 5, 6, 7], shifts: [3, 7, 11, 19] },
  {
    mix: (x, y, z) => (x & y) + ((x ^ y) & z),
    constant: 0x5a827999,
    order: [1, 3, 5, 7, 0, 2, 4, 6],
    shifts: [3, 5, 9, 13],
  },
  { mix: (x, y, z) => x ^ y ^ z, constant: 0x6ed9eba1, order: [3, 7, 2, 6, 1, 5, 0, 4], shifts: [3, 9, 11, 15] },
]

/**
 * Half of MD4: the rounds on 8 words in place of 16, and what comes of it without its lowest bit, which in an index
 * says that the names of one hash go on in the next block.
 *
 * @param isUnsigned whether bytes above 127 count as they are, as on arm, or as negative, as on x86: the superblock
 *   remembers how the first machine did it
 */
export function halfMd4(name: Uint8Array, options: { readonly seed: State; readonly isUnsigned: boolean }): number {
  let state: State = options.seed.some((word) => word !== 0) ? options.seed : START
  for (let at = 0; at < name.length; at += PIECE) {
    state = transform(state, words(name.subarray(at), options.isUnsigned))
  }
  const hash = (state[1] & ~1) >>> 0
  return hash === END ? END - 2 : hash
}

function transform(state: State, input: readonly number[]): State {
  let [a, b, c, d] = state
  for (const { mix, constant, order, shifts } of rounds) {
    const step = (sum: number, mixed: number, word: number, shift: number) => {
      const all = (sum + mixed + (input[order[word] as number] as number) + constant) | 0
      return (all << shift) | (all >>> (32 - shift))
    }
    for (let word = 0; word < 8; word += 4) {
      a = step(a, mix(b, c, d), word, shifts[0])
      d = step(d, mix(a, b, c), word + 1, shifts[1])
      c = step(c, mix(d, a, b), word + 2, shifts[2])
      b = step(b, mix(c, d, a), word + 3, shifts[3])
    }
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0]
}

/** The first 32 bytes as big-endian words; what is missing is filled up with the length of all that is left. */
function words(rest: Uint8Array, isUnsigned: boolean): number[] {
  const padding = (rest.length | (rest.length << 8)) * 0x10001
  const result: number[] = []
  const taken = Math.min(rest.length, PIECE)
  for (let start = 0; result.length < PIECE / 4; start += 4) {
    let word = padding | 0
    for (let i = start; i < Math.min(start + 4, taken); i++) {
      const byte = rest[i] as number
      word = ((isUnsigned || byte < 0x80 ? byte : byte - 0x100) + (word << 8)) | 0
    }
    result.push(word)
  }
  return result
}
