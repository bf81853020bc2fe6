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
    let found = known.get(thing)
    if (found === undefined) {
      found = new Map()
      known.set(thing, found)
    }
    const key = words.length === 1 ? String(words[0]) : words.join('\0')
    const before = found.get(key)
    if (before !== undefined || found.has(key)) return before as Found
    const one = read(thing, ...words)
    found.set(key, one)
    return one
  }
}
