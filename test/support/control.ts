import type { Contribution, Control } from '../../src/controls/control.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { editCmdline } from '../../src/plan/cmdline.ts'
import { type Operation, pathKey } from '../../src/plan/operation.ts'
import { unitOperations } from '../../src/plan/units.ts'
import { directory } from '../../src/sample/layout.ts'
import { keyOf } from '../../src/spec/report.ts'
import type { Spec } from '../../src/spec/spec.ts'
import { MemoryTree } from '../../src/tree/memory.ts'
import { applyToMemory } from '../../src/tree/memory-apply.ts'
import type { Target } from '../../src/tree/tree.ts'

export interface Result {
  readonly contribution: Contribution
  /** Everything that the control leads to on the two partitions, by `root:/path`. */
  readonly operations: ReadonlyMap<string, Operation>
  /** The target with that done; the one given stays as it is. */
  readonly target: Target<MemoryTree> & { readonly boot: MemoryTree }
}

/** Compiles one control for an image and carries out, in memory, what comes of it. */
export function runControl(control: Control, spec: Spec, image: Target<MemoryTree>): Result {
  const boot = new MemoryTree('boot', image.boot?.nodes ?? [])
  const target = { root: new MemoryTree('root', image.root.nodes), boot }
  const inventory = inspect(image, { allowBooted: false })
  const contribution = control.compile({
    spec,
    inventory,
    epoch: 1_767_225_600,
    because: (path, because) => ({
      path,
      key: keyOf(path),
      position: { file: 'pibake.yaml', line: 1, column: 1 },
      because,
    }),
  })
  const own = contribution.operations ?? []
  const cmdline = editCmdline(new TextDecoder().decode(image.boot?.read('/cmdline.txt')), contribution.cmdline ?? [])
  const operations = [
    ...own,
    ...unitOperations(image.root, own, contribution.units ?? []).operations,
    ...(cmdline === undefined ? [] : [cmdline]),
  ]
  for (const { partition, path } of operations) {
    const { nodes } = target[partition]
    for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) {
      if (!nodes.has(path.slice(0, at))) nodes.set(path.slice(0, at), directory())
    }
  }
  applyToMemory(target, operations)
  return { contribution, operations: new Map(operations.map((o) => [pathKey(o), o])), target }
}

/** What a second run on the first one's result would do differently; empty when the control is idempotent. */
export function secondRunDiffers(control: Control, spec: Spec, first: Result): readonly string[] {
  const second = runControl(control, spec, first.target)
  const text = ({ origin: _, ...operation }: Operation) => JSON.stringify({ ...operation, lines: undefined })
  const keys = new Set([...first.operations.keys(), ...second.operations.keys()])
  return [...keys].filter((key) => {
    const [a, b] = [first.operations.get(key), second.operations.get(key)]
    // What is gone need not be removed again.
    if (a?.kind === 'remove' && b === undefined) return false
    return a === undefined || b === undefined || text(a) !== text(b)
  })
}

/** `USR024 users[0].groups[1]`: code and place of each problem. */
export function problemsOf({ contribution }: Result): readonly string[] {
  return (contribution.problems ?? []).map(({ code, path }) => `${code} ${keyOf(path)}`)
}
