/**
 * The items of each key, in their order. (Map.groupBy needs Node 21, and knows one key for each item.)
 *
 * @param keysOf none: the item is left out
 */
export function grouped<Item, Key>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly Key[],
): ReadonlyMap<Key, readonly Item[]> {
  const found = new Map<Key, Item[]>()
  for (const item of items) {
    for (const key of keysOf(item)) {
      const same = found.get(key)
      if (same === undefined) found.set(key, [item])
      else same.push(item)
    }
  }
  return found
}
