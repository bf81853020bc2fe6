import type { Board } from './boards.ts'

/** An assignment of config.txt, with the place where it stands. */
interface ConfigSetting {
  readonly value: string
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** A parameter of the device tree; `of` is the overlay that is asked first, undefined: the base alone. */
interface TreeParameter extends ConfigSetting {
  readonly of: string | undefined
}

/** What one board's firmware makes of config.txt. */
export interface FirmwareConfig {
  /** Of a key that is set twice the last counts. */
  readonly settings: ReadonlyMap<string, ConfigSetting>
  readonly parameters: ReadonlyMap<string, TreeParameter>
  /** In the order in which they are loaded, with the parameters on their own lines. */
  readonly overlays: readonly (ConfigSetting & { readonly name: string })[]
}

/** The firmware takes no more of a line. */
export const LINE_LENGTH = 98

/**
 * config.txt as the firmware of a board reads it: filters of one kind replace each other, those of different kinds all have to hold,
 * `[all]` ends them (documentation of config.txt, "Conditional filters"); a `dtparam` after a `dtoverlay` is offered to that overlay
 * first, until the next one, or an empty one (documentation, "Device trees", part 3).
 *
 * Without a monitor no `[EDID=…]` holds; of serial numbers and pins only those in `holds` do.
 *
 * @param read a file of the boot partition; undefined: there is none
 * @param holds further filters that hold, as they stand between the brackets
 */
export function readConfigTxt(
  read: (name: string) => string | undefined,
  board: Board,
  holds: readonly string[] = [],
): FirmwareConfig {
  const settings = new Map<string, ConfigSetting>()
  const parameters = new Map<string, TreeParameter>()
  const overlays: (ConfigSetting & { name: string })[] = []
  let overlay: string | undefined
  for (const { key, value, file, line } of linesInForce('config.txt', read, board, holds)) {
    if (key === 'dtoverlay' || key === 'device_tree_overlay') {
      const [name = '', ...own] = value.split(',')
      overlay = name === '' ? undefined : name
      if (overlay !== undefined) overlays.push({ name, value: own.join(','), file, line })
    } else if (key === 'dtparam' || key === 'device_tree_param') {
      for (const one of value.split(',')) {
        const at = one.indexOf('=')
        const name = at < 0 ? one : one.slice(0, at)
        parameters.set(name, { value: at < 0 ? 'on' : one.slice(at + 1), file, line, of: overlay })
      }
    } else settings.set(key, { value, file, line })
  }
  return { settings, parameters, overlays }
}

interface Line extends ConfigSetting {
  readonly key: string
}

/** More files in one another than anybody has: a file that includes itself ends there. */
const DEPTH = 8

function linesInForce(
  file: string,
  read: (name: string) => string | undefined,
  board: Board,
  holds: readonly string[],
  filters = new Map<string, boolean>(),
  depth = 0,
): Line[] {
  const lines = (read(file) ?? '').split('\n')
  return lines.flatMap((raw, index): Line[] => {
    const text = raw.trim().slice(0, LINE_LENGTH)
    if (text === '' || text.startsWith('#')) return []
    const filter = /^\[(.*)\]$/.exec(text)?.[1]
    if (filter !== undefined) {
      applyFilter(filter, filters, board, holds)
      return []
    }
    if ([...filters.values()].includes(false)) return []
    const included = /^include\s+(\S+)/.exec(text)?.[1]
    if (included !== undefined) {
      return depth < DEPTH ? linesInForce(included, read, board, holds, filters, depth + 1) : []
    }
    const at = text.indexOf('=')
    return at < 1 ? [] : [{ key: text.slice(0, at), value: text.slice(at + 1), file, line: index + 1 }]
  })
}

function applyFilter(filter: string, filters: Map<string, boolean>, board: Board, holds: readonly string[]): void {
  if (filter === 'all') {
    filters.clear()
    return
  }
  filters.set(kindOf(filter), holdsFor(filter, board) || holds.includes(filter))
}

/** Filters of one kind replace each other. */
function kindOf(filter: string): string {
  if (/^EDID=/.test(filter)) return 'monitor'
  if (/^0x[0-9a-f]+$/i.test(filter)) return 'serial number'
  if (/^gpio\d+=/.test(filter)) return 'pin'
  if (/^HDMI:/.test(filter)) return 'port'
  return filter === 'none' || filter === 'tryboot' ? filter : 'model'
}

/** `[HDMI:0]` says which port is meant, and keeps nothing from being read. */
function holdsFor(filter: string, { filters, type }: Board): boolean {
  const wanted = /^board-type=(0x[0-9a-f]+|\d+)$/i.exec(filter)?.[1]
  if (wanted !== undefined) return Number(wanted) === type
  return /^HDMI:/.test(filter) || filters.includes(filter)
}
