/** Numbers from 0 to 1, 1 excluded, that look random and are the same for the same seed (Mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The same as whole numbers: `random(n)` is at least 0 and below n. */
export function seeded(seed: number): (below: number) => number {
  const next = uniform(seed)
  return (below) => Math.floor(next() * below)
}
