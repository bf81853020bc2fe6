import type { Code } from '../../base/report/codes.ts'
import type { Position, Problem } from '../../base/report/report.ts'
import type { Cell, Device } from '../../core/spec-file/device-values.ts'
import { readYaml } from '../../core/spec-file/yaml.ts'
import { readCsv } from './csv-table.ts'
import { InventoryError } from './inventory-error.ts'
import { DEVICE_ID } from './layout.ts'

/** The devices of a fleet, in the order of the file. */
export interface Inventory {
  readonly devices: readonly Device[]
  /** What is wrong with the file itself; what a spec makes of a value is seen when it is filled in. */
  readonly problems: readonly Problem[]
}

interface InventoryFile {
  /** As messages call it; its ending says of what kind it is. */
  readonly file: string
  readonly bytes: Uint8Array
  readonly readByAll: boolean
}

const YAML = {
  called: 'the inventory',
  mib: 64,
  values: 5_000_000,
  elsewhere: 'a fleet of that size is better kept in several inventories',
} as const

/** Far more than a device has values. */
const MOST_COLUMNS = 1000

/** A name of a column, as `${device.NAME}` has it. */
const COLUMN = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/**
 * Reads an inventory: CSV with a line of names (`.csv`, `.tsv`), or a list of sections in YAML or JSON, by the ending of its
 * name. Each device has an `id` of its own.
 */
export function readInventory({ file, bytes, readByAll }: InventoryFile): Inventory {
  const problems: Problem[] = []
  const report = (code: Code, position: Position, message: string, hint: string) => {
    problems.push({ severity: 'error', code, path: [], message, hint, position })
  }
  const start = { file, line: 1, column: 1 }
  const rows = /\.(csv|tsv)$/i.test(file)
    ? csvRows(bytes, file, report)
    : /\.(ya?ml|json)$/i.test(file)
      ? listRows(bytes, file, report, problems)
      : undefined
  if (rows === undefined) {
    report(
      'FLT004',
      start,
      'the ending of its name says of what kind an inventory is, and this one says nothing',
      'one of .csv, .tsv, .yaml, .yml, .json',
    )
    return { devices: [], problems }
  }
  const isWhole = problems.length === 0
  const devices = rows.flatMap(({ position, cells }) => deviceOf(cells, position, readByAll, report) ?? [])
  twice(devices, report)
  if (isWhole && rows.length === 0)
    report('FLT004', start, 'the inventory has no devices', 'a line, or a section, for each')
  return { devices, problems }
}

type Report = (code: Code, position: Position, message: string, hint: string) => void

interface Row {
  readonly position: Position
  readonly cells: ReadonlyMap<string, Cell>
}

function csvRows(bytes: Uint8Array, file: string, report: Report): Row[] {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const hint = 'save it as "CSV UTF-8"'
    report('FLT004', { file, line: 1, column: 1 }, 'the inventory is not UTF-8 text', hint)
    return []
  }
  try {
    const [names = [], ...rows] = readCsv(bytes, file)
    if (hasTooMany(names.length, file, report)) return []
    const seen = new Set<string>()
    for (const { value, position } of names) columnFault(String(value), position, seen, report)
    if (names.length > 0 && !seen.has('id')) {
      report('FLT005', { file, line: 1, column: 1 }, 'there is no column id', 'each device needs a name of its own')
      return []
    }
    return rows.map((cells) => ({
      position: (cells[0] as Cell).position,
      cells: new Map(cells.map((cell, i) => [String(names[i]?.value), cell])),
    }))
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    report(error.code, error.position, error.message, error.hint)
    return []
  }
}

function columnFault(name: string, position: Position, seen: Set<string>, report: Report): void {
  if (!COLUMN.test(name)) {
    const hint = 'a column begins with a letter, and has letters, digits, - and _'
    report('FLT008', position, 'this is not the name of a column', hint)
  } else if (seen.has(name)) report('FLT008', position, `the column '${name}' is there twice`, 'rename one of them')
  seen.add(name)
}

function listRows(bytes: Uint8Array, file: string, report: Report, problems: Problem[]): Row[] {
  const { value, locate, problems: found } = readYaml(bytes, file, YAML)
  problems.push(...found)
  const start = { file, line: 1, column: 1 }
  if (found.length > 0) return []
  if (!Array.isArray(value)) {
    report(
      'FLT004',
      start,
      'the inventory is not a list',
      'a line "- id: …" for each device, and its other values below',
    )
    return []
  }
  const rows = value.flatMap((member: unknown, i): Row[] => {
    const position = locate([i]) ?? start
    if (typeof member !== 'object' || member === null || Array.isArray(member)) {
      report(
        'FLT004',
        position,
        'a device is a section of names and values',
        'as in: - { id: kit-01, hostname: kit-01 }',
      )
      return []
    }
    const cells = Object.entries(member).flatMap(([name, one]): [string, Cell][] => {
      const at = locate([i, name]) ?? position
      columnFault(name, locate([i, name], 'key') ?? at, new Set(), report)
      if (one === null) return [[name, { value: '', position: at }]]
      if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean')
        return [[name, { value: one, position: at }]]
      report('FLT004', at, `${name} is a list or a section`, 'a device has texts, numbers and truth values')
      return []
    })
    return [{ position, cells: new Map(cells) }]
  })
  const names = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].filter((name) => name !== 'id')
  return hasTooMany(names.length, file, report) ? [] : withAllColumns(rows, names)
}

function hasTooMany(columns: number, file: string, report: Report): boolean {
  if (columns <= MOST_COLUMNS) return false
  const message = `the inventory has ${columns} columns, and ${MOST_COLUMNS} are the most`
  report('FLT004', { file, line: 1, column: 1 }, message, 'a column for each value that devices differ by')
  return true
}

/** A value that one device has and another lacks is an empty cell of that one. */
function withAllColumns(rows: readonly Row[], names: readonly string[]): Row[] {
  return rows.map(({ position, cells }) => {
    const missing = names.filter((name) => !cells.has(name)).map((name) => [name, { value: '', position }] as const)
    return { position, cells: new Map([...cells, ...missing]) }
  })
}

function deviceOf(cells: Row['cells'], position: Position, isReadByAll: boolean, report: Report): Device | undefined {
  const id = cells.get('id')
  if (id === undefined) {
    report('FLT005', position, 'the device has no id', 'each device needs one: the column id')
    return undefined
  }
  if (typeof id.value === 'string' && DEVICE_ID.test(id.value)) return { id: id.value, cells, isReadByAll }
  const hint = 'letters, digits, dots, - and _, 63 at most; in YAML a number is put in quotes'
  report('FLT005', id.position, 'this is not an id for a device', hint)
  return undefined
}

/** Files whose names differ in capitals alone are one on some file systems. */
function twice(devices: readonly Device[], report: Report): void {
  const seen = new Map<string, Device>()
  for (const device of devices) {
    const first = seen.get(device.id.toLowerCase())
    if (first === undefined) seen.set(device.id.toLowerCase(), device)
    else {
      const { line } = (first.cells.get('id') as Cell).position
      const { position } = device.cells.get('id') as Cell
      report(
        'FLT006',
        position,
        `the id '${device.id}' is that of line ${line} too`,
        'each device has an id of its own',
      )
    }
  }
}
