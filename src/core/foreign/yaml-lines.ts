import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { type ForeignFile, ImportError } from './fact.ts'

/** Keys and indices from the top. */
export type YamlPath = readonly (string | number)[]

export type YamlSection = Readonly<Record<string, unknown>>

export const isSection = (value: unknown): value is YamlSection =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A list, or the one thing that is in the place of a list. */
export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

/** What cloud-init takes for yes. */
export const isYes = (value: unknown) => value === true || /^(true|yes|on|1)$/i.test(String(value))

/** A file of YAML with the line of everything in it. */
export interface YamlLines {
  readonly value: unknown
  /** Where a value stands; that of the nearest one around it where the path leads nowhere. */
  line(path: YamlPath): number
}

/**
 * YAML 1.1, which cloud-init and netplan read: `yes` is true there.
 *
 * @throws ImportError for what is not YAML
 */
export function yamlLines({ name, text }: ForeignFile): YamlLines {
  const counter = new LineCounter()
  const document = parseDocument(text, { version: '1.1', lineCounter: counter, prettyErrors: false, logLevel: 'error' })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = counter.linePos(error.pos[0])
    throw new ImportError(`${name}:${line}:${col}: not YAML: ${error.message}`)
  }
  const value = withoutAliases(name, () => document.toJS({ maxAliasCount: 100 }))
  return {
    value,
    line(path) {
      let node: unknown = document.contents
      let at = 1
      for (const step of path) {
        const [key, below] = stepInto(node, step)
        const place = key ?? below
        if (place?.range == null) break
        at = counter.linePos(place.range[0]).line
        node = below
      }
      return at
    },
  }
}

function withoutAliases(name: string, read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    throw new ImportError(`${name}: not YAML: ${(error as Error).message}`)
  }
}

/** The key of a step, where it has one, and what it leads to. */
function stepInto(node: unknown, step: string | number): readonly [key: Node | undefined, below: Node | undefined] {
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step]
    return [undefined, isNode(item) ? item : undefined]
  }
  if (!isMap(node)) return [undefined, undefined]
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
  return [isNode(pair?.key) ? pair.key : undefined, isNode(pair?.value) ? pair.value : undefined]
}
