export type Section = Readonly<Record<string, unknown>>

/** `upper` laid over `lower`: sections key by key, in the order of `lower` first; everything else is `upper`'s. */
export function layOver(lower: unknown, upper: unknown): unknown {
  if (!isSection(lower) || !isSection(upper)) return upper
  const merged = Object.entries(upper).map(([key, value]) => [
    key,
    Object.hasOwn(lower, key) ? layOver(lower[key], value) : value,
  ])
  return { ...lower, ...Object.fromEntries(merged) }
}

export function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
