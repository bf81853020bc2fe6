import { keyOf } from '../../src/base/report/report.ts'
import { editCmdline } from '../../src/core/compile/cmdline.ts'
import { unitOperations } from '../../src/core/compile/units.ts'
import type { Context, Contribution, Control } from '../../src/core/controls/control.ts'
import { applyToMemory } from '../../src/core/plan/apply-in-memory.ts'
import type { Operation } from '../../src/core/plan/operation.ts'
import type { Spec } from '../../src/core/spec-file/spec.ts'
import { inspect } from '../../src/device/inspect/inspect.ts'
import type { Inventory } from '../../src/device/inspect/inventory.ts'
import { directory } from '../../src/sample/layout.ts'
import type { SampleOptions } from '../../src/sample/options.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { MemoryTree } from '../../src/storage/tree/memory.ts'
import type { Target } from '../../src/storage/tree/tree.ts'
import { pathKey } from '../../src/storage/tree/tree.ts'
import { memoryTree } from './memory.ts'
import { origin } from './origin.ts'
import { smallSpec, specOf } from './spec.ts'

/** The smallest spec with everything off that can be; a test switches on what it is about. */
export const quiet: Spec = specOf({
  ...smallSpec(),
  defaultUser: 'keep',
  firewall: { enabled: false },
  fail2ban: { enabled: false },
  updates: { firstBoot: 'none', unattended: false, sshServerDaily: false },
  packages: { bundle: false },
  hardening: {
    appArmor: false,
    blockedModules: [],
    coreDumps: true,
    journal: { storage: 'image' },
    autologin: 'keep',
  },
})

const bare: Inventory = {
  root: memoryTree({}),
  boot: undefined,
  release: 'trixie',
  behaviour: 'trixie-2026',
  variant: 'lite',
  architecture: 'arm64',
  builder: 'pi-gen',
  other: undefined,
  date: '2026-06-18',
  packages: new Map(),
  accounts: { passwd: [], group: [], shadow: [] },
  stockUser: undefined,
  bootedSigns: [],
}

/** What a control is given: `quiet` and an image with nothing in it, but for what is named here. */
export function contextOf(spec: Partial<Spec> = {}, inventory: Partial<Inventory> = {}): Context {
  return {
    spec: { ...quiet, ...spec },
    inventory: { ...bare, ...inventory },
    epoch: 1_780_000_000,
    because: (path, because) => ({
      path,
      key: keyOf(path),
      position: { file: 'pibake.yaml', line: 1, column: 1 },
      default: null,
      because,
    }),
  }
}

/** The same for a sample image, and the smallest spec with the defaults of a profile. */
export function sampleContext(options: SampleOptions, profile: Spec['profile'], spec: Partial<Spec> = {}): Context {
  const inventory = inspect(samplePiOs(options), { allowBooted: false })
  return contextOf({ ...specOf({ ...smallSpec(), profile }), ...spec }, inventory)
}

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
  const contribution = control.compile(contextOf(spec, inspect(image, { allowBooted: false })))
  const own = contribution.operations ?? []
  const cmdline = editCmdline(new TextDecoder().decode(image.boot?.read('/cmdline.txt')), contribution.cmdline ?? [])
  const operations = [
    ...own,
    ...unitOperations(image.root, own, contribution.units ?? [], origin).operations,
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

/** The text of the file that a control writes at `path`. */
export function written(part: Contribution, path: string): string {
  const file = part.operations?.find((operation) => operation.path === path)
  if (file?.kind !== 'file') throw new Error(`${path} is ${file?.kind ?? 'not written'}`)
  return new TextDecoder().decode(file.content)
}

/** `USR024 users[0].groups[1]`: code and place of each problem. */
export function problemsOf(of: Contribution | Result): readonly string[] {
  const { problems = [] } = 'contribution' in of ? of.contribution : of
  return problems.map(({ code, path }) => `${code} ${keyOf(path)}`)
}
