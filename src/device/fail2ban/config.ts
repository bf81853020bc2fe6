import { BASE, type Fail2banDevice, filesIn, folderOf, isClosed, isThere, joined, textOf } from './files.ts'
import { type Config, type IniFile, parseIni, type Section } from './ini.ts'
import { interpolated } from './interpolate.ts'

/**
 * Reads `NAME.conf`, `NAME.d/*.conf`, `NAME.local` and `NAME.d/*.local`, in that order, each with what its `[INCLUDES]`
 * names before and after it; of two values the later one counts (configreader.py, `ConfigReaderUnshared.read`).
 *
 * @param name `jail`, `fail2ban`, `filter.d/sshd`, `action.d/nftables`
 * @returns undefined: there is no such file that can be read
 * @throws StartError when one of them cannot be parsed
 */
export function readConfig(device: Fail2banDevice, name: string): Config | undefined {
  const base = joined(BASE, name)
  const files = [
    `${base}.conf`,
    ...filesIn(device, `${base}.d`, '.conf'),
    `${base}.local`,
    ...filesIn(device, `${base}.d`, '.local'),
  ].filter((path) => isThere(device, path))
  const parsed = withIncludes(device, files, [])
  if (parsed.length === 0) return undefined
  const config: Config = { defaults: new Map(), sections: new Map(), isUnknown: () => false }
  for (const { content } of parsed) lay(config, content)
  if (parsed.some(({ path }) => isClosed(device, path))) config.isUnknown = () => true
  return config
}

interface Parsed {
  readonly path: string
  readonly content: IniFile
}

/** The files, each with those that it includes; a file that leads to itself is not followed twice. */
function withIncludes(device: Fail2banDevice, files: readonly string[], seen: readonly string[]): readonly Parsed[] {
  const isNew = (path: string) => !files.includes(path) && textOf(device, path) !== undefined
  const all = files.flatMap((path) => [path, ...[path.replace(/\.[^./]*$/, '.local')].filter(isNew)])
  return all.flatMap((path) => {
    const text = textOf(device, path)
    if (text === undefined) return []
    const content = parseIni(text, path)
    const included = (option: string) =>
      includedBy(content, option)
        .map((name) => joined(folderOf(path), name))
        .filter((name) => !seen.includes(name))
        .flatMap((name) => withIncludes(device, [name], [...seen, path]))
    return [...included('before'), { path, content }, ...included('after')]
  })
}

function includedBy(content: IniFile, option: string): readonly string[] {
  if (!content.sections.has('INCLUDES')) return []
  const names = interpolated({ ...content, isUnknown: () => false }, 'INCLUDES', option)
  return names === undefined ? [] : names.split('\n').filter((name) => name !== '')
}

/** What a section of the files before said of an option stays known to it, as `known/OPTION`. */
function lay(config: Config, { defaults, sections }: IniFile): void {
  for (const [option, value] of defaults) config.defaults.set(option, value)
  for (const [heading, options] of sections) {
    // `[Init?family=inet6]`: each option of it for that case.
    const [, name = heading, condition = ''] = /^(\w+)(\?.+)$/.exec(heading) ?? []
    const mine: Section = new Map([...options].map(([option, value]) => [option + condition, value]))
    const known = config.sections.get(name)
    if (known === undefined) config.sections.set(name, mine)
    else {
      const before = sectionOf(config, `KNOWN/${name}`)
      for (const [option, value] of known) if (mine.has(option)) before.set(option, value)
      for (const [option, value] of mine) known.set(option, value)
    }
  }
}

/** The section of that name, made when there is none. */
export function sectionOf(config: IniFile, name: string): Section {
  const found = config.sections.get(name) ?? new Map()
  config.sections.set(name, found)
  return found
}
