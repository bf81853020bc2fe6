import { keyOf, type Position, type Problem, type SpecPath } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'

/** What the inventory says of one thing of a device. CSV knows text alone; empty text is an empty cell. */
export interface Cell {
  readonly value: string | number | boolean
  readonly position: Position
}

/** A device of the inventory. */
export interface Device {
  /** Its name among the others, and of its files. */
  readonly id: string
  /** By the name of their column, `id` too. */
  readonly cells: ReadonlyMap<string, Cell>
  /** Every user of this machine may read the inventory. */
  readonly isReadByAll: boolean
}

/** A value of the spec that comes from the inventory. */
interface Filled {
  /** The first cell of it: where a person looks when the value is wrong. */
  readonly cell: Cell
  /** The value is one reference and nothing else: then its key decides whether it is text, a number or a truth value. */
  readonly isWhole: boolean
}

export interface FilledValues {
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** What was filled in at a path, or above it. */
  readonly at: (path: SpecPath) => Filled | undefined
}

const REFERENCE = /(\$?)\$\{device\.([A-Za-z][\w-]*)?(\})?/g

/**
 * Puts a device's values in place of `${device.COLUMN}` in the texts of a spec; `$${device.` is `${device.` itself. Keys are
 * left as they are.
 *
 * @param value of YAML: sections, lists, scalars
 * @param device undefined: there is no inventory, and each reference is a problem
 */
export function fillIn(value: unknown, device: Device | undefined): FilledValues {
  const problems: Problem[] = []
  const filled = new Map<string, Filled>()

  function walk(one: unknown, path: SpecPath): unknown {
    if (typeof one === 'string') return one.includes('${device.') ? text(one, path) : one
    if (Array.isArray(one)) return one.map((member, i) => walk(member, [...path, i]))
    if (typeof one !== 'object' || one === null) return one
    const section: Record<string, unknown> = Object.create(null)
    for (const [key, member] of Object.entries(one)) section[key] = walk(member, [...path, key])
    return section
  }

  function text(written: string, path: SpecPath): unknown {
    const references = [...written.matchAll(REFERENCE)].filter(([, escape]) => escape === '')
    const cells = references.map(([, , column, end]) => cellOf(path, end === undefined ? undefined : column))
    const [cell] = cells
    if (cell === undefined) return written.replaceAll(REFERENCE, (found, escape) => (escape ? found.slice(1) : found))
    const isWhole = references[0]?.[0] === written
    filled.set(keyOf(path), { cell, isWhole })
    if (isWhole) return cell.value
    let next = 0
    return written.replaceAll(REFERENCE, (found, escape) => {
      if (escape) return found.slice(1)
      const value = cells[next++]?.value
      if (typeof value === 'string' || value === undefined) return value ?? found
      const message = `${keyOf(path)} joins text with a number or a truth value of the inventory`
      problems.push({
        severity: 'error',
        code: 'FLT007',
        path,
        message,
        hint: 'put the value of the inventory in quotes',
      })
      return String(value)
    })
  }

  function cellOf(path: SpecPath, column: string | undefined): Cell | undefined {
    const complain = (code: 'FLT001' | 'FLT002' | 'FLT003', message: string, hint: string, cell?: Cell) => {
      const position = cell && { position: cell.position }
      problems.push({ severity: 'error', code, path, message, hint, ...position })
    }
    if (column === undefined) {
      complain('FLT002', `${keyOf(path)} holds a reference that is not whole`, 'write ${device.COLUMN}')
      return undefined
    }
    if (device === undefined) {
      const message = `${keyOf(path)} is the column '${column}' of an inventory, and none is given`
      complain('FLT001', message, 'pibake fleet SPEC --inventory FILE; for the text itself write $${device.…}')
      return undefined
    }
    const cell = device.cells.get(column)
    if (cell === undefined) {
      const near = suggest(column, [...device.cells.keys()])
      const hint = near === undefined ? `columns: ${[...device.cells.keys()].join(', ')}` : `did you mean '${near}'?`
      complain('FLT002', `the inventory has no column '${column}'`, hint)
    } else if (cell.value === '') {
      complain(
        'FLT003',
        `the column '${column}' of ${device.id} is empty, and ${keyOf(path)} needs it`,
        'fill it in',
        cell,
      )
    }
    return cell
  }

  const result = walk(value, [])
  return { value: result, problems, at: (path) => nearestOf(filled, path) }
}

function nearestOf(filled: ReadonlyMap<string, Filled>, path: SpecPath): Filled | undefined {
  if (filled.size === 0) return undefined
  for (let length = path.length; length > 0; length -= 1) {
    const found = filled.get(keyOf(path.slice(0, length)))
    if (found !== undefined) return found
  }
  return undefined
}

/** The number or truth value that a text of the inventory spells, if it is one of that kind; digits as a number is printed. */
export function spelled(text: unknown, kind: string | null): number | boolean | undefined {
  if (typeof text !== 'string') return undefined
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  return kind === 'number' && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : undefined
}
