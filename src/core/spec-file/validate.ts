import * as v from 'valibot'
import type { Locate, Problem, SpecPath } from '../../base/report/report.ts'
import { spelled } from './device-values.ts'
import { withProfile } from './profiles.ts'
import { type FilledSpec, specSchema, type WrittenSpec } from './schema.ts'
import { complaintOf } from './schema-messages.ts'

export interface Validated {
  readonly problems: readonly Problem[]
  /** What is left when everything wrong has been taken out; undefined when that leaves nothing to go on. */
  readonly sound: Sound | undefined
}

interface Sound {
  readonly written: WrittenSpec
  readonly filled: FilledSpec
  /** Where the spec file has what is at `path` here: members of its lists were taken out. */
  readonly inFile: (path: SpecPath) => SpecPath
}

type Issue = v.BaseIssue<unknown>
type Holder = Record<string, unknown> | unknown[]

/**
 * Checks a spec's shape and the syntax of each value. All problems are returned, and beside them what is sound, so that
 * the cross-checks can go on with the sections that have no problem.
 *
 * @param isGiven whether the value at a path is a text of the inventory: it may spell a number or a truth value
 */
export function validate(value: object, locate: Locate, isGiven?: (path: SpecPath) => boolean): Validated {
  const problems: Problem[] = []
  const taken: SpecPath[] = []
  const rest: Record<string, unknown> = structuredClone({ ...value })
  if (isGiven !== undefined) convert(rest, isGiven)
  for (let first = true; ; first = false) {
    const result = v.safeParse(specSchema, withProfile(rest))
    if (result.success) {
      const inFile = (path: SpecPath) => taken.reduceRight(beforeRemoval, path)
      return { problems, sound: { written: rest as WrittenSpec, filled: result.output, inFile } }
    }
    const issues = result.issues.flatMap((issue) => leaves(issue, []))
    if (first) problems.push(...issues.map(({ issue, path }) => complaintOf(issue, path, locate)))
    // A needed key that is missing takes its section with it. The version is the one key without which all would go.
    const paths = issues.map(({ issue, path }) => (issue.received === 'undefined' ? path.slice(0, -1) : path))
    const removed = paths
      .filter((path) => path.length > 0)
      .sort(laterFirst)
      .filter((path) => remove(rest, path))
    taken.push(...removed)
    if (!('version' in rest)) Object.assign(rest, { version: 1 })
    else if (removed.length === 0) return { problems, sound: undefined }
  }
}

/** Where a key wants a number or a truth value, texts of the inventory that spell one become it. */
function convert(root: object, isGiven: (path: SpecPath) => boolean): void {
  const found = v.safeParse(specSchema, withProfile(root as Record<string, unknown>))
  for (const { issue, path } of (found.issues ?? []).flatMap((one) => leaves(one, []))) {
    const meant = isGiven(path) ? spelled(issue.input, issue.expected) : undefined
    const holder = meant === undefined ? undefined : holderOf(root, path)
    if (holder !== undefined) Object.assign(holder, { [path.at(-1) as string | number]: meant })
  }
}

/** A union complains once for all its members: what counts are complaints from inside the member that was meant. */
function leaves(issue: Issue, parent: SpecPath): { issue: Issue; path: SpecPath }[] {
  const path = [...parent, ...(issue.path ?? []).map(({ key }) => key as string | number)]
  const inner = (issue.issues ?? []).filter((sub) => sub.path !== undefined || sub.kind !== 'schema')
  return inner.length === 0 ? [{ issue, path }] : inner.flatMap((sub) => leaves(sub, path))
}

/** Order of removal: members of a list from its end, so that the places of the others stay true. */
function laterFirst(a: SpecPath, b: SpecPath): number {
  const i = a.findIndex((step, n) => step !== b[n])
  if (i === -1 || i >= b.length) return b.length - a.length
  const [x, y] = [a[i], b[i]]
  return typeof x === 'number' && typeof y === 'number' ? y - x : String(x) < String(y) ? 1 : -1
}

/** The path that led to what is at `path` since `removed` was taken out. */
function beforeRemoval(path: SpecPath, removed: SpecPath): SpecPath {
  const last = removed.length - 1
  const [from, at] = [removed[last], path[last]]
  const isLater = typeof from === 'number' && typeof at === 'number' && at >= from
  return isLater && removed.slice(0, last).every((step, i) => step === path[i]) ? path.with(last, at + 1) : path
}

function holderOf(root: object, path: SpecPath): Holder | undefined {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((at, step) => (at as Record<string | number, unknown> | undefined)?.[step], root)
  return typeof holder === 'object' && holder !== null ? (holder as Holder) : undefined
}

function remove(root: object, path: SpecPath): boolean {
  const holder = holderOf(root, path)
  const last = path.at(-1) as string | number
  if (holder === undefined || !(last in holder)) return false
  if (Array.isArray(holder)) holder.splice(Number(last), 1)
  else delete holder[last]
  return true
}
