import { mergedByName } from '../../device/systemd/merged.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type Assignment, linesOf, type Mechanism } from './assignment.ts'

/**
 * pam_limits: limits.conf, then limits.d sorted by name. A line for a user or a group beats one for `*`, wherever it
 * stands; no line but its own reaches root (limits.conf(5)).
 */
export const limits: Mechanism = {
  isOurs: (path) => path === '/etc/security/limits.d/99-zz-pibake.conf',
  read: ({ root }) => {
    const all = ['/etc/security/limits.conf', ...mergedByName(root, ['/etc/security/limits.d'], '.conf')].flatMap(
      (file) => inFile(root, file),
    )
    const isGeneral = ({ domain }: Line) => domain === '*' || domain === 'root'
    return [...all.filter(isGeneral), ...all.filter((line) => !isGeneral(line))]
  },
}

interface Line extends Assignment {
  readonly domain: string
}

function inFile(root: Tree, file: string): readonly Line[] {
  return linesOf(root, file).flatMap(({ text, line }) => {
    const [domain = '', type = '', item, value] = text.split(/\s+/)
    if (item === undefined || value === undefined) return []
    const types = type === '-' ? ['hard', 'soft'] : [type]
    const whom = domain === 'root' ? 'root' : '*'
    return types.map((one) => ({ key: `${whom} ${one} ${item}`, value, file, line, domain }))
  })
}
