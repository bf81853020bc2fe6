/**
 * Asks once what many ask of a thing that does not change meanwhile: a tree that is judged, a finished device.
 *
 * @param read gives the same for the same thing and words
 */
export function remembered<Thing extends object, Words extends readonly (string | number)[], Found>(
  read: (thing: Thing, ...words: Words) => Found,
): (thing: Thing, ...words: Words) => Found {
  const known = new WeakMap<Thing, Map<string, Found>>()
  return (thing, ...words) => {
    const found = known.get(thing) ?? new Map<string, Found>()
    known.set(thing, found)
    const key = words.join('\0')
    const one = found.has(key) ? (found.get(key) as Found) : read(thing, ...words)
    found.set(key, one)
    return one
  }
}
