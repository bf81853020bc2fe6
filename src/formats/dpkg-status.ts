import type { Tree } from '../tree/tree.ts'

export interface InstalledPackage {
  readonly name: string
  readonly essential: boolean
  /** Each group is met by any one of its names (deb-control(5), versions and architectures left out). */
  readonly needs: readonly (readonly string[])[]
  readonly provides: readonly string[]
}

/** The installed packages of a tree with what they depend on, from dpkg's status file. */
export function installedPackages(root: Tree): ReadonlyMap<string, InstalledPackage> {
  const text = new TextDecoder().decode(root.read('/var/lib/dpkg/status') ?? new Uint8Array())
  const packages = text
    .split(/\n{2,}/)
    .map((stanza) => fieldsOf(stanza))
    .filter((fields) => / installed$/.test(fields.get('Status') ?? ''))
    .map((fields) => ({
      name: fields.get('Package') ?? '',
      essential: fields.get('Essential') === 'yes' || fields.get('Protected') === 'yes',
      needs: [...groups(fields.get('Pre-Depends')), ...groups(fields.get('Depends'))],
      provides: groups(fields.get('Provides')).flat(),
    }))
  return new Map(packages.map((entry) => [entry.name, entry]))
}

/**
 * What cannot be removed without taking one of `kept` along: package → the package that needs it.
 * A dependency that another installed package meets as well does not count.
 */
export function neededBy(
  packages: ReadonlyMap<string, InstalledPackage>,
  kept: Iterable<string>,
): ReadonlyMap<string, string> {
  const providers = new Map<string, string[]>()
  for (const { name, provides } of packages.values()) {
    for (const word of [name, ...provides]) providers.set(word, [...(providers.get(word) ?? []), name])
  }
  const reasons = new Map<string, string>()
  const todo = [...kept]
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    for (const group of packages.get(name)?.needs ?? []) {
      const meeting = [...new Set(group.flatMap((word) => providers.get(word) ?? []))]
      const only = meeting.length === 1 ? meeting[0] : undefined
      if (only === undefined || reasons.has(only)) continue
      reasons.set(only, name)
      todo.push(only)
    }
  }
  return reasons
}

function fieldsOf(stanza: string): ReadonlyMap<string, string> {
  return new Map(
    stanza
      .replaceAll(/\n[ \t]/g, ' ')
      .split('\n')
      .flatMap((line) => {
        const colon = line.indexOf(':')
        return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const]
      }),
  )
}

function groups(text: string | undefined): string[][] {
  return (text ?? '')
    .split(',')
    .map((group) => group.split('|').map((word) => word.replace(/[(:].*$/s, '').trim()))
    .filter((group) => group[0] !== '')
}
