/**
 * `a (>= 1), b | c:any` → `[['a'], ['b', 'c']]`: each group is met by any one of its names (deb-control(5)); versions and
 * architectures are left out.
 *
 * @internal exported for the tests
 */
export function dependencyGroups(text: string): string[][] {
  return text
    .split(',')
    .map((group) => group.split('|').map((word) => word.replace(/[(:].*$/s, '').trim()))
    .filter((group) => group[0] !== '')
}

/**
 * What cannot be removed without taking one of `kept` along: package → the package that needs it.
 * A dependency that another installed package meets as well does not count.
 */
export function neededBy(
  packages: ReadonlyMap<string, { readonly depends: string; readonly provides: string }>,
  kept: Iterable<string>,
): ReadonlyMap<string, string> {
  const providers = new Map<string, string[]>()
  for (const [name, { provides }] of packages) {
    for (const word of [name, ...dependencyGroups(provides).flat()])
      providers.set(word, [...(providers.get(word) ?? []), name])
  }
  const reasons = new Map<string, string>()
  const todo = [...kept]
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    for (const group of dependencyGroups(packages.get(name)?.depends ?? '')) {
      const meeting = [...new Set(group.flatMap((word) => providers.get(word) ?? []))]
      const only = meeting.length === 1 ? meeting[0] : undefined
      if (only === undefined || reasons.has(only)) continue
      reasons.set(only, name)
      todo.push(only)
    }
  }
  return reasons
}
