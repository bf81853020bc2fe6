import { type Setting, unitValues } from './settings.ts'
import { expandName, instanceOf, unitNameParts } from './unit-name.ts'

/** What `systemctl enable` makes of a unit's [Install] section (systemd.unit(5), "[Install] Section Options"). */
export interface Install {
  /** Paths of links to the unit's file, below the folder of the owner's units. */
  readonly links: readonly string[]
  /** Names by which the unit is known from then on; their links are among `links`. */
  readonly aliases: readonly string[]
  /** Units that are enabled with it. */
  readonly also: readonly string[]
  /** A template without an instance: its wants-links would have no name. */
  readonly needsInstance: boolean
}

const FOLDERS = { WantedBy: 'wants', RequiredBy: 'requires', UpheldBy: 'upholds' } as const

/** @param unit as it was asked for: `foo@tty1.service` of the template `foo@.service` */
export function installOf(settings: readonly Setting[], unit: string): Install {
  const words = (key: string) => unitValues(settings, 'Install', key).filter((word) => word !== '')
  const named = (key: string) => words(key).map((word) => expandName(word, instance))
  const instance = instanceOf(unit, words('DefaultInstance').at(-1) ?? '')
  const needsInstance = unitNameParts(instance)?.instance === ''
  const wanted = Object.entries(FOLDERS).flatMap(([key, suffix]) =>
    named(key).map((target) => `${target}.${suffix}/${instance}`),
  )
  const aliases = [...new Set(named('Alias'))].filter((alias) => alias !== instance && alias !== unit)
  return {
    links: [...(needsInstance ? [] : wanted), ...aliases],
    aliases,
    also: [...new Set(named('Also'))].filter((name) => name !== unit),
    needsInstance: needsInstance && wanted.length > 0,
  }
}
