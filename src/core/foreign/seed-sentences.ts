import { type Findings, type ForeignFile, ImportError, pathText } from './fact.ts'
import { type Kind, kindOf, readForeign } from './kinds.ts'

/** What the name of a seed says that it is: it may be damaged. */
const KIND_OF: Readonly<Record<string, Kind>> = {
  userconf: 'userconf',
  'userconf.txt': 'userconf',
  'failed_userconf.txt': 'userconf',
  'custom.toml': 'custom-toml',
  'rpi-preseed.toml': 'custom-toml',
  'firstrun.sh': 'firstrun',
  'user-data': 'user-data',
  'network-config': 'network-config',
  'wpa_supplicant.conf': 'wpa-supplicant',
}

/**
 * What a seed of another tool would have set, key by key and without its values, and whom of it the spec does not have.
 *
 * @param owners the users of the spec
 */
export function seedSentences(file: ForeignFile, owners: ReadonlySet<string>): readonly string[] {
  const kind = KIND_OF[file.name.toLowerCase()] ?? kindOf(file)
  if (kind === undefined) return []
  try {
    const findings = readForeign([{ file, kind }], () => '')
    return sentencesOf(findings, owners, file.name)
  } catch (error) {
    if (error instanceof ImportError) return [`It is damaged: ${error.message}`]
    throw error
  }
}

function sentencesOf(findings: readonly Findings[], owners: ReadonlySet<string>, name: string): readonly string[] {
  const said = findings.flatMap(({ facts }) => facts).filter(({ does }) => does !== 'suppose')
  const keys = unique(said.map(({ path }) => pathText(path)))
  const left = unique(findings.flatMap(({ left: some }) => some.map(({ what }) => what)))
  const users = unique(
    said.flatMap(({ path: [first, item] }) => (first === 'users' && typeof item === 'object' ? item.value : [])),
  )
  const lost = users.filter((user) => !owners.has(user))
  return [
    ...(keys.length === 0 ? [] : [`It would have set ${keys.join(', ')}`]),
    ...(left.length === 0 ? [] : [`It also holds what no spec takes from there: ${left.join(', ')}`]),
    ...(lost.length === 0 ? [] : [`The spec has no user ${lost.join(', ')}`]),
    ...(keys.length === 0 ? [] : [`To keep what it says: pibake import ${name}`]),
  ]
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
