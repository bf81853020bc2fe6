import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** Which modules each node imports, by name. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/** The TypeScript files under a folder, by their paths from there, sorted. */
function sourceFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
}

/**
 * Every module that a source text names: imports and re-exports, of values and of types alone, over one or more lines,
 * and `import('…')` as an expression and as a type. An own file by its path from the root, all else as it is written.
 *
 * @param file the path of the text from the root
 */
export function importsOf(file: string, text: string): string[] {
  const statement = /^\s*(?:import|export)\s(?:[\w*\s,{}$]*?\sfrom\s+)?'([^'\n]+)'/gm
  const expression = /\bimport\(\s*'([^'\n]+)'/g
  const named = [...text.matchAll(statement), ...text.matchAll(expression)].map(([, name = '']) => name)
  return named.map((name) => (name.startsWith('.') ? normalize(join(dirname(file), name)) : name))
}

/** What the files under a folder import, own files and others. */
export function readImports(root: string): Graph {
  return new Map(
    sourceFiles(root).map((file) => [file, new Set(importsOf(file, readFileSync(join(root, file), 'utf8')))]),
  )
}

/** The same graph with several nodes seen as one, without what a node imports of itself or of nodes that are not in it. */
export function grouped(graph: Graph, nameOf: (node: string) => string): Graph {
  const groups = new Map<string, Set<string>>()
  for (const [node, imports] of graph) {
    const from = nameOf(node)
    const found = groups.get(from) ?? new Set()
    groups.set(from, found)
    for (const to of imports) if (graph.has(to) && nameOf(to) !== from) found.add(nameOf(to))
  }
  return groups
}

/** A path that ends where it begins, if there is one: each node imports the next. */
export function circleIn(graph: Graph): string[] | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (node: string): string[] | undefined => {
    const start = path.indexOf(node)
    if (start >= 0) return [...path.slice(start), node]
    if (done.has(node)) return undefined
    path.push(node)
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next)
      if (circle !== undefined) return circle
    }
    path.pop()
    done.add(node)
    return undefined
  }
  for (const node of graph.keys()) {
    const circle = visit(node)
    if (circle !== undefined) return circle
  }
  return undefined
}

/** The nodes that some nodes reach, with the path to each; what lies behind a door is not looked at. */
export function reachedFrom(
  graph: Graph,
  starts: Iterable<string>,
  isDoor: (node: string) => boolean,
): Map<string, string[]> {
  const paths = new Map<string, string[]>()
  const visit = (node: string, path: readonly string[]) => {
    if (paths.has(node) || isDoor(node) || !graph.has(node)) return
    const here = [...path, node]
    paths.set(node, here)
    for (const next of graph.get(node) ?? []) visit(next, here)
  }
  for (const start of starts) visit(start, [])
  return paths
}
