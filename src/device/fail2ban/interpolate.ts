import { StartError } from './errors.ts'
import type { Config, Value } from './ini.ts'
import { repr } from './python.ts'

/** Options that come before those of the files. */
export type Given = ReadonlyMap<string, string>

/** Python's MAX_INTERPOLATION_DEPTH. */
const DEPTH = 10

/**
 * The value of an option in a section, or in `[DEFAULT]`, with each `%(name)s` in it replaced (configparser.py,
 * `BasicInterpolation`; `%(section/name)s`, `%(known/name)s` and `%(__name__)s`: configparserinc.py).
 *
 * @returns undefined: there is no such section or option
 * @throws StartError for a reference to nothing, a `%` that means nothing, and references without end
 */
export function interpolated(
  config: Config,
  section: string,
  option: string,
  given: Given = new Map(),
): string | undefined {
  if (section !== 'DEFAULT' && !config.sections.has(section)) return undefined
  const text = given.get(option) ?? rawValue(config, section, option)?.text
  return text === undefined ? undefined : replaced({ config, section, option, given }, text, 1)
}

/** Where the value of an option comes from. */
export function rawValue(config: Config, section: string, option: string): Value | undefined {
  return config.sections.get(section)?.get(option) ?? config.defaults.get(option)
}

interface Place {
  readonly config: Config
  readonly section: string
  readonly option: string
  readonly given: Given
}

function replaced(place: Place, text: string, depth: number): string {
  if (depth > DEPTH) {
    throw failed(
      place,
      `Recursion limit exceeded in value substitution: option ${repr(place.option)} in section ${repr(place.section)} ` +
        `contains an interpolation key which cannot be substituted in ${DEPTH} steps. Raw value: ${repr(raw(place, text))}`,
    )
  }
  return text.replace(/%(?:%|\(([^)]+)\)s|[\s\S]*)/g, (found, name: string | undefined) => {
    if (found === '%%') return '%'
    if (name === undefined) throw failed(place, syntax(found))
    const key = name.toLowerCase()
    const value = referred(place, key, name)
    if (value === undefined) throw failed(place, missing(place, key, text))
    return value.includes('%') ? replaced(place, value, depth + 1) : value
  })
}

function referred(place: Place, key: string, name: string): string | undefined {
  const { config, section, given } = place
  if (key === '__name__') return section
  const own = given.get(key) ?? rawValue(config, section, key)?.text
  // The name of another section is looked up as it is written, and then asked for in small letters.
  const found = own ?? (name === key ? ofOtherSection(config, section, key) : undefined)
  return found ?? (config.isUnknown(key) ? '' : undefined)
}

/** `known/name`: what an earlier file said; `section/name`: what another section says; either falls back to [DEFAULT]. */
function ofOtherSection(config: Config, section: string, key: string): string | undefined {
  const [, other, name = ''] = /^([\w-]+)\/(.+)$/.exec(key) ?? []
  if (other === undefined) return undefined
  if (other === 'default') return config.defaults.get(name)?.text
  const options = config.sections.get(other === 'known' ? `KNOWN/${section}` : other)
  if (options === undefined && other !== 'known') return undefined
  return (options?.get(name) ?? config.defaults.get(name))?.text
}

function raw({ config, section, option }: Place, fallback: string): string {
  return rawValue(config, section, option)?.text ?? fallback
}

function missing(place: Place, key: string, text: string): string {
  return (
    `Bad value substitution: option ${repr(place.option)} in section ${repr(place.section)} contains an interpolation ` +
    `key ${repr(key)} which is not a valid option name. Raw value: ${repr(raw(place, text))}`
  )
}

function syntax(rest: string): string {
  if (rest.startsWith('%(')) return `bad interpolation variable reference ${repr(rest)}`
  return `'%' must be followed by '%' or '(', found: ${repr(rest)}`
}

function failed({ config, section, option }: Place, message: string): StartError {
  return new StartError(message, rawValue(config, section, option))
}
