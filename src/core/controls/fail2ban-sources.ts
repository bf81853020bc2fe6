import type { Spec } from '../spec-file/spec.ts'
import type { Context } from './control.ts'
import { fail2banStock } from './fail2ban-stock.ts'

/** A jail's own settings in the spec. */
export type Settings = Spec['fail2ban']['jails'][string]

/** Whether a jail reads the journal; else it reads files. */
export function readsJournal(name: string, own: Settings, context: Context): boolean {
  if (own.backend !== undefined) return String(own.backend).startsWith('systemd')
  if (name === 'sshd') return true
  if (own.logpath !== undefined) return false
  if (own.journalmatch !== undefined) return true
  const stock = fail2banStock(context.inventory.release)
  const files = stock.jails[name]
  return files === undefined ? stock.journalFilters.includes(filterOf(name, own)) : files.length === 0
}

/** `nginx[mode=x]` is the filter `nginx` with an option. */
export function filterOf(name: string, own: Settings): string {
  return baseName(own.filter === undefined ? name : String(own.filter))
}

/** A filter's or action's name without its options in brackets. */
export function baseName(definition: string): string {
  return definition.replace(/\[.*$/, '').trim()
}

/** Whether the image or the spec's files hold what a logpath names; the last part may be a glob. */
export function willExist(pattern: string, context: Context): boolean {
  const slash = pattern.lastIndexOf('/')
  const last = pattern
    .slice(slash + 1)
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const matches = (name: string) => new RegExp(`^${last}$`).test(name)
  const folder = pattern.slice(0, slash) || '/'
  const inSpec = context.spec.files.map((file) => file.path).filter((path) => path.startsWith(`${folder}/`))
  return [
    ...(/[*?[]/.test(folder) ? [] : context.inventory.root.list(folder)),
    ...inSpec.map((p) => p.slice(slash + 1)),
  ].some(matches)
}

/** The names of filter.d or action.d: the image's when it has fail2ban, else the package's, and what the spec brings. */
export function known(folder: 'filter.d' | 'action.d', stock: readonly string[], context: Context): readonly string[] {
  const place = `/etc/fail2ban/${folder}`
  const names = (paths: readonly string[]) =>
    paths.flatMap((path) => /([^/]+)\.(?:conf|local)$/.exec(path)?.slice(1, 2) ?? [])
  const inImage = names(context.inventory.root.list(place))
  const inSpec = names(context.spec.files.map((file) => file.path).filter((path) => path.startsWith(`${place}/`)))
  return [...(inImage.length > 0 ? inImage : stock), ...inSpec]
}
