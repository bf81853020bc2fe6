import type { Tree } from '../../storage/tree/tree.ts'
import { fnmatch } from '../formats/fnmatch.ts'
import { mergedByName } from '../systemd/merged.ts'
import type { Link } from './device-list.ts'
import type { Statement } from './statement.ts'

const FOLDERS = ['/etc/udev/rules.d', '/usr/local/lib/udev/rules.d', '/usr/lib/udev/rules.d']

/** Rules of udev that surely tell NetworkManager something about a link; a match of which an image knows nothing is unmet. */
export function udevStatements(root: Tree, link: Link): readonly Statement[] {
  const rules = known.get(root) ?? rulesOf(root)
  known.set(root, rules)
  return rules.flatMap(({ text, ...statement }) => (isMet(text, link) ? [statement] : []))
}

interface Rule extends Statement {
  readonly text: string
}

/** There are some forty files, and one link is asked about after the other. */
const known = new WeakMap<Tree, readonly Rule[]>()

function rulesOf(root: Tree): readonly Rule[] {
  return mergedByName(root, FOLDERS, '.rules').flatMap((file) => inFile(root, file))
}

function inFile(root: Tree, file: string): readonly Rule[] {
  const entry = root.lstat(file)
  const real = entry?.kind === 'symlink' ? root.resolve(file) : file
  if (entry?.kind !== 'file' && root.lstat(real)?.kind !== 'file') return []
  const text = new TextDecoder().decode(root.read(real))
  if (!text.includes('NM_UNMANAGED')) return []
  return text.split('\n').flatMap((line, index) => {
    const [, value] = /^[^#]*\bENV\{NM_UNMANAGED\}\s*=\s*"(\d)"/.exec(line) ?? []
    return value === undefined ? [] : [{ isManaged: value === '0', file, line: index + 1, text: line }]
  })
}

/** What udev knows of a link when it comes up (udev(7), and net_setup_link). */
function valuesOf(key: string, { name, type, drivers }: Link): readonly string[] {
  if (/^(KERNEL|NAME|ENV\{INTERFACE\})$/.test(key)) return [name]
  if (key === 'SUBSYSTEM') return ['net']
  if (key === 'ACTION') return ['add']
  if (key === 'ENV{DEVTYPE}') return type === 'wifi' ? ['wlan'] : ['']
  return /^(DRIVERS?|ENV\{ID_NET_DRIVER\})$/.test(key) ? drivers : []
}

/** `ENV{DEVTYPE}=="wlan"`; names in braces have an end, so that a long rule without a closing brace is not read for each of its keys. */
const MATCH = /(?<![A-Z])([A-Z]+(?:\{[^}]{0,255}\})?)\s*([!=]=)\s*"([^"]*)"/g

function isMet(rule: string, link: Link): boolean {
  const matches = [...rule.matchAll(MATCH)]
  return matches.every(([, key = '', operator, patterns = '']) => {
    const values = valuesOf(key, link)
    const isEqual = values.some((value) => patterns.split('|').some((pattern) => fnmatch(pattern, value)))
    return values.length > 0 && isEqual === (operator === '==')
  })
}
