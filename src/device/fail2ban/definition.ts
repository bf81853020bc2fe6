import { readConfig } from './config.ts'
import type { Place } from './errors.ts'
import type { Fail2banDevice } from './files.ts'
import type { Config } from './ini.ts'
import { type Given, interpolated, rawValue } from './interpolate.ts'
import { converted, settingsOf, type Wanted } from './settings.ts'
import { type Setting, withTags } from './tags.ts'

/**
 * A filter or an action as one jail uses it: the options of `[Definition]`, those of `[Init]` where the jail does not give
 * them itself, and what the jail gives (configreader.py, `DefinitionInitConfigReader`).
 */
export class Definition {
  readonly #config: Config
  readonly #wanted: Wanted
  /** What the jail gives, and `[Init]` after it. */
  readonly given: Map<string, string>
  #options = new Map<string, Setting>()
  #outer: Given = new Map()

  private constructor(config: Config, wanted: Wanted, given: Given) {
    this.#config = config
    this.#wanted = wanted
    this.given = new Map(given)
  }

  /** @returns undefined: there is no such file that can be read */
  static read(device: Fail2banDevice, name: string, wanted: Wanted, given: Given): Definition | undefined {
    const config = readConfig(device, name)
    return config && new Definition(config, wanted, given)
  }

  /** Whether some of it is not at hand. */
  get isOpen(): boolean {
    return this.#config.isUnknown('')
  }

  /** Where an option stands. */
  placeOf(option: string): Place | undefined {
    return rawValue(this.#config, 'Definition', option) ?? rawValue(this.#config, 'Init', option)
  }

  /** Whether `[Definition]` itself sets an option. */
  sets(option: string): boolean {
    return this.#config.sections.get('Definition')?.has(option) ?? false
  }

  /**
   * Reads the options that the jail does not give.
   *
   * @param isAll also those that fail2ban has no use for, which a jail may refer to
   */
  readOptions(jail: ReadonlyMap<string, Setting>, isAll = false): void {
    this.#outer = new Map([...textsOf(jail), ...this.given])
    this.#options = settingsOf(this.#config, 'Definition', unconverted(this.#wanted), this.#outer)
    for (const option of this.#config.sections.get('Init')?.keys() ?? []) {
      const value = interpolated(this.#config, 'Init', option) ?? ''
      if (!option.startsWith('known/')) this.given.set(`known/${option}`, value)
      if (!this.given.has(option)) this.given.set(option, value)
    }
    if (!isAll) return
    for (const option of this.#config.sections.get('Definition')?.keys() ?? []) {
      if (this.#options.has(option)) continue
      this.#options.set(option, interpolated(this.#config, 'Definition', option) ?? '')
    }
  }

  /** All of it, with its tags replaced but for the ignored ones. */
  combined(ignored: readonly string[] = []): Map<string, Setting> {
    const settings = new Map([...this.#options, ...this.given])
    const conditional = [...settings.keys()].flatMap((name) => /^(\w+)\?.+$/.exec(name)?.slice(1) ?? [])
    const found = withTags(settings, new Set([...ignored, ...conditional]), (tag) => this.#elsewhere(tag))
    for (const [option, [kind, standard]] of Object.entries(this.#wanted)) {
      const setting = found.get(option)
      if (typeof setting === 'string') found.set(option, converted(setting, kind, standard))
    }
    return found
  }

  /** A tag may name an option of another section: `<known/failregex>`, `<lt_file/prefix>` (`get_ex`). */
  #elsewhere(tag: string): string | undefined {
    const [, section, option = ''] = /^([\w-]+)\/([^\s>]+)$/.exec(tag) ?? []
    const sections = section === undefined ? [] : sectionsNamed(section)
    for (const name of sections) {
      const value = interpolated(this.#config, name, option.toLowerCase())
      if (value !== undefined) return value
    }
    return interpolated(this.#config, 'Definition', tag.toLowerCase(), this.#outer)
  }
}

function sectionsNamed(section: string): readonly string[] {
  const lower = section.toLowerCase()
  if (lower === 'known') return ['KNOWN/Definition', 'Definition']
  return [lower === 'default' ? 'DEFAULT' : section]
}

/** Numbers and truths are made only when all tags are replaced. */
function unconverted(wanted: Wanted): Wanted {
  return Object.fromEntries(Object.entries(wanted).map(([option, [, standard]]) => [option, ['text', standard]]))
}

function textsOf(settings: ReadonlyMap<string, Setting>): Given {
  const named = [...settings].flatMap(([name, setting]) => (setting === null ? [] : [[name, python(setting)] as const]))
  return new Map(named)
}

/** Python's str(). */
function python(setting: string | number | boolean): string {
  return typeof setting === 'boolean' ? (setting ? 'True' : 'False') : String(setting)
}
