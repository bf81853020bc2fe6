import { sectionOf } from './config.ts'
import { Definition } from './definition.ts'
import { JailError, StartError } from './errors.ts'
import { BASE, type Fail2banDevice, joined } from './files.ts'
import type { Config } from './ini.ts'
import { rawValue } from './interpolate.ts'
import { splitWithOptions, type WithOptions, withOptions } from './option-syntax.ts'
import { repr } from './python.ts'
import { settingsOf } from './settings.ts'
import type { Setting } from './tags.ts'
import { ACTION, FILTER, FIRST, JAIL } from './wanted.ts'

/** A jail that is switched on, read with its filter and its actions; the server has not judged its values yet. */
export interface Jail {
  readonly name: string
  readonly settings: ReadonlyMap<string, Setting>
  readonly filter: ReadonlyMap<string, Setting>
  readonly actions: readonly Action[]
}

export interface Action {
  readonly name: string
  /** The file of an action that is a Python program. */
  readonly program?: string
  readonly settings: ReadonlyMap<string, Setting>
}

/** Added to `[DEFAULT]` whatever the files say (jailreader.py, `getOptions`). */
const STATIC = { fail2ban_confpath: BASE, fail2ban_version: '1' }

/**
 * Reads one section of the configuration of jails, as jailreader.py does (`JailReader.getOptions`).
 *
 * @returns undefined: the jail is switched off
 * @throws JailError when fail2ban passes over the jail; StartError when it does not start
 */
export function readJail(device: Fail2banDevice, config: Config, name: string): Jail | undefined {
  for (const [option, text] of Object.entries(STATIC))
    config.defaults.set(option, { text, file: `${BASE}/jail.conf`, line: 1 })
  const first = settingsOf(config, name, FIRST)
  if (first.get('enabled') !== true) return undefined
  try {
    return new JailReader(device, config, name).read(first)
  } catch (error) {
    if (!(error instanceof StartError) || error.at !== undefined) throw error
    const own = config.sections.get(name)?.get(error.option ?? '') ?? rawValue(config, name, 'enabled')
    const { message, option } = error
    throw error instanceof JailError ? new JailError(message, own, option) : new StartError(message, own, option)
  }
}

class JailReader {
  readonly #device: Fail2banDevice
  readonly #config: Config
  readonly #name: string

  constructor(device: Fail2banDevice, config: Config, name: string) {
    this.#device = device
    this.#config = config
    this.#name = name
  }

  read(first: ReadonlyMap<string, Setting>): Jail {
    const filter = this.#filter(String(first.get('filter') ?? ''), first)
    const settings = settingsOf(this.#config, this.#name, JAIL)
    filter?.readOptions(settings)
    const actions = splitWithOptions(String(settings.get('action') ?? '')).map((text) => this.#action(text, settings))
    return {
      name: this.#name,
      settings,
      filter: filter?.combined() ?? new Map(),
      actions: actions.map((action) => action()),
    }
  }

  /** Options of the filter are known to the jail, as `known/OPTION`. */
  #filter(text: string, first: ReadonlyMap<string, Setting>): Definition | undefined {
    if (text === '') return undefined
    const { name, options } = parsed(text, 'filter')
    const filter = Definition.read(this.#device, `filter.d/${name}`, FILTER, options)
    if (filter === undefined) throw new JailError(`Unable to read the filter ${repr(name)}`, undefined, 'filter')
    if (!options.get('logtype') && !filter.sets('logtype')) {
      filter.given.set('logtype', String(first.get('backend')).startsWith('systemd') ? 'journal' : 'file')
    }
    filter.readOptions(first, true)
    const section = sectionOf(this.#config, this.#name)
    for (const [option, setting] of filter.combined()) {
      const text = typeof setting === 'string' ? setting : undefined
      if (text !== undefined && !option.startsWith('known/')) {
        const { file, line } = filter.placeOf(option) ?? { file: joined(BASE, `filter.d/${name}.conf`), line: 1 }
        section.set(`known/${option}`, { text, file, line })
      }
    }
    this.#config.isUnknown = (option) => filter.isOpen && option.startsWith('known/')
    return filter
  }

  /** @returns makes the action of what was read: the server's part of the work, after all actions are read */
  #action(text: string, settings: ReadonlyMap<string, Setting>): () => Action {
    const { name, options } = parsed(text, 'action')
    if (name.endsWith('.py')) {
      const program = joined(BASE, `action.d/${name}`)
      return () => ({ name: options.get('actname') ?? name.slice(0, -3), program, settings: new Map() })
    }
    const [given, label] = named(name, options, this.#name)
    try {
      const action = Definition.read(this.#device, `action.d/${name}`, ACTION, given)
      if (action === undefined) throw new JailError(`Unable to read action ${repr(name)}`, undefined, 'action')
      action.readOptions(settings)
      return () => ({ name: label, settings: used(action.combined(IGNORED)) })
    } catch (error) {
      if (!(error instanceof StartError) || error instanceof JailError) throw error
      throw new StartError(`Error in action definition ${repr(text)}: ${error.message}`, error.at)
    }
  }
}

/** action.py, `_escapedTags`, and what an address brings along when it is banned (actionreader.py, `convert`). */
const IGNORED = ['matches', 'ipmatches', 'ipjailmatches', 'timeout', 'bantime']

function parsed(text: string, kind: 'filter' | 'action'): WithOptions {
  try {
    return withOptions(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new JailError(`Invalid ${kind} definition ${repr(text)}: ${error.message}`, undefined, kind)
  }
}

/** An action knows its jail as `name`, and is called after its file, and after its `name` when it is given another. */
function named(file: string, options: ReadonlyMap<string, string>, jail: string): [Map<string, string>, string] {
  const name = options.get('name') ?? jail
  const more = name === jail ? '' : name.startsWith(jail) ? name.slice(jail.length) : `-${name}`
  const label = options.get('actname') ?? `${file}${more}`
  return [new Map([...options, ['name', name], ['actname', label]]), label]
}

function used(settings: ReadonlyMap<string, Setting>): Map<string, Setting> {
  return new Map([...settings].filter(([option]) => !option.startsWith('known/')))
}
