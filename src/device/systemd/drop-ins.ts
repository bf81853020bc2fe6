import { bytewise } from '../../base/order.ts'
import type { UnitFolder } from './search-path.ts'
import { templateOf, unitNameParts } from './unit-name.ts'

/**
 * The files of all drop-in folders of a unit, by their names; a name in an earlier folder hides it in the later ones
 * (unit-file.c, unit_file_find_dropin_paths()).
 *
 * @param names all names of the unit
 * @param suffix `d`, `wants`, `requires`, `upholds`
 */
export function dropIns(
  list: (path: string) => readonly string[],
  folders: readonly UnitFolder[],
  names: readonly string[],
  suffix: string,
): readonly string[] {
  const type = unitNameParts(names[0] as string)?.type as string
  const levels = names.flatMap((name) => folders.map((folder) => ({ folder, stems: levelsOf(name) })))
  const all = [...levels, ...folders.map((folder) => ({ folder, stems: [type] }))]
  const found = new Map<string, string>()
  for (const { folder, stems } of all) {
    for (const stem of stems) {
      const directory = `${stem}.${suffix}`
      if (!folder.names.has(directory)) continue
      for (const name of list(`${folder.path}/${directory}`)) {
        if (!found.has(name)) found.set(name, `${folder.path}/${directory}/${name}`)
      }
    }
  }
  return [...found].sort(([a], [b]) => bytewise(a, b)).map(([, path]) => path)
}

/** `a-b@c.service`: itself, its template, then `a-@c.service` and that one's template: from the particular to the general. */
function levelsOf(name: string): readonly string[] {
  const template = templateOf(name)
  const own = template === undefined ? [name] : [name, template]
  const { prefix = '', instance, type } = unitNameParts(name) ?? {}
  const dash = prefix.replace(/-$/, '').lastIndexOf('-')
  if (dash < 1) return own
  const shorter = prefix.slice(0, dash + 1)
  return [...own, ...levelsOf(instance === undefined ? `${shorter}.${type}` : `${shorter}@${instance}.${type}`)]
}
