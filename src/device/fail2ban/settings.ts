import type { Config } from './ini.ts'
import { type Given, interpolated } from './interpolate.ts'
import { pythonInt } from './python.ts'
import type { Setting } from './tags.ts'

/** The options that a reader asks for: their kind, and their default; null: none. */
export type Wanted = Readonly<
  Record<string, readonly [kind: 'text' | 'int' | 'bool', standard: string | boolean | null]>
>

/**
 * What a section says of the options that are asked for (configreader.py, `getOptions`). A number that is none gives the
 * default, with a warning only; where there is no default that is nothing, which the server then fails on.
 *
 * @param given options that are decided already: they are not asked for
 */
export function settingsOf(
  config: Config,
  section: string,
  wanted: Wanted,
  given: Given = new Map(),
): Map<string, Setting> {
  const found = new Map<string, Setting>()
  const hasSection = config.sections.has(section)
  for (const [option, [kind, standard]] of Object.entries(wanted)) {
    if (given.has(option)) continue
    const text = interpolated(config, section, option, given)
    if (text !== undefined) found.set(option, converted(text, kind, standard))
    else if (!hasSection || standard !== null) found.set(option, standard)
  }
  return found
}

/** The setting as its kind. */
export function converted(text: string, kind: 'text' | 'int' | 'bool', standard: Setting): Setting {
  if (kind === 'text') return text
  return kind === 'bool' ? isTrue(text) : (pythonInt(text) ?? standard)
}

/** helpers.py, `_as_bool`: whatever is not one of these is false. */
function isTrue(text: string): boolean {
  return ['1', 'on', 'true', 'yes'].includes(text.toLowerCase())
}
