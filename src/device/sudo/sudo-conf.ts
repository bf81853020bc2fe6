import type { Tree } from '../../storage/tree/tree.ts'
import type { SourceLine } from './read.ts'

/** What a line of sudo.conf(5) does to sudo: it ends at once (`broken`), or something else than sudoers decides. */
export interface ConfFault {
  readonly isBroken: boolean
  readonly because: string
  readonly at: SourceLine
}

const FILE = '/etc/sudo.conf'
export const PLUGINS = '/usr/libexec/sudo'

/** Plugins that are all in sudoers.so, and that sudo loads by itself. */
const OWN = /^sudoers_(?:policy|io|audit)$/

/** With fewer the group that a rule names may not be among those that sudo sees. */
const ENOUGH_GROUPS = 32

export function sudoConfFaults(root: Tree): readonly ConfFault[] {
  const entry = root.lstat(root.resolve(FILE))
  // sudo passes over a file that others could have written.
  if (entry?.kind !== 'file' || entry.uid !== 0 || (entry.mode & 0o002) !== 0) return []
  if ((entry.mode & 0o020) !== 0 && entry.gid !== 0) return []
  const lines = new TextDecoder().decode(root.read(FILE)).split('\n')
  return lines.flatMap((text, index) => {
    const words = text.replace(/#.*/, '').trim().split(/\s+/)
    const found = faultOf(root, words)
    return found === undefined ? [] : [{ ...found, at: { file: FILE, line: index + 1 } }]
  })
}

function faultOf(
  root: Tree,
  [keyword, name = '', value = '', ...rest]: readonly string[],
): Omit<ConfFault, 'at'> | undefined {
  const missing = (path: string) => root.lstat(root.resolve(path)) === undefined
  if (keyword === 'Plugin') {
    const path = value.startsWith('/') ? value : `${PLUGINS}/${value}`
    const isOwn = OWN.test(name) && path.endsWith('/sudoers.so')
    if (!isOwn && missing(path)) return { isBroken: true, because: `there is no plugin ${path}, and sudo ends` }
    if (isOwn && rest.length === 0) return undefined
    return { isBroken: false, because: isOwn ? `sudoers is read with ${rest.join(' ')}` : `the plugin ${path} decides` }
  }
  if (keyword === 'Path' && name === 'plugin_dir') {
    return missing(`${value}/sudoers.so`)
      ? { isBroken: true, because: `there is no ${value}/sudoers.so, and sudo ends` }
      : { isBroken: false, because: `the plugins are those of ${value}` }
  }
  if (keyword === 'Set' && name === 'max_groups' && Number(value) < ENOUGH_GROUPS) {
    return { isBroken: false, because: `sudo sees ${value} groups of a user at most` }
  }
  return undefined
}
