import { digestOf } from '../../base/digest.ts'
import type { Target, Tree } from '../../storage/tree/tree.ts'
import type { Operation } from './operation.ts'

/** What is at a path, without the content itself: what a plan was made from, and what it is held against. */
export type State =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file'
      readonly mode: number
      readonly uid: number
      readonly gid: number
      /** `sha256:…` of the content */
      readonly digest: string
    }
  | { readonly kind: 'directory'; readonly mode: number; readonly uid: number; readonly gid: number }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'other'; readonly type: string }

/** An operation that has something to do, and what its path held when that was decided. */
export interface Change {
  readonly operation: Operation
  readonly before: State
}

/** In what a path differs from its operation; `extra`: it should not be there. */
export type Difference = 'missing' | 'extra' | 'kind' | 'content' | 'mode' | 'owner'

/** The state of `path` itself (links on the way are followed, the last part never). */
export function stateOf(tree: Tree, path: string): State {
  const entry = tree.lstat(path)
  if (entry === undefined) return { kind: 'absent' }
  if (entry.kind === 'symlink') return { kind: 'symlink', target: entry.target }
  if (entry.kind === 'other') return { kind: 'other', type: entry.type }
  const meta = { mode: entry.mode, uid: entry.uid, gid: entry.gid }
  if (entry.kind === 'directory') return { kind: 'directory', ...meta }
  const content = tree.read(path)
  // Gone between the two looks: somebody else is at work there.
  return content === undefined ? { kind: 'absent' } : { kind: 'file', ...meta, digest: digestOf(content) }
}

/** States are flat: their fields say all. */
export function isSameState(a: State, b: State): boolean {
  const [fields, others] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))]
  return fields.length === others.size && fields.every(([name, value]) => others.get(name) === value)
}

/** The state of the operation's path in its partition; a partition that is not at hand holds nothing. */
export function stateAt(target: Target, operation: Operation): State {
  const tree = target[operation.partition]
  return tree === undefined ? { kind: 'absent' } : stateOf(tree, operation.path)
}

/**
 * What is to be done about `state` so that `operation` holds; empty: nothing. FAT has neither modes nor owners, so on
 * the boot partition they never differ.
 */
export function differences(operation: Operation, state: State): readonly Difference[] {
  if (operation.kind === 'remove') return state.kind === 'absent' ? [] : ['extra']
  if (state.kind === 'absent') return ['missing']
  if (operation.kind === 'symlink') {
    if (state.kind !== 'symlink') return ['kind']
    return state.target === operation.target ? [] : ['content']
  }
  if (state.kind !== operation.kind) return ['kind']
  const found: Difference[] = []
  if (operation.kind === 'file' && state.kind === 'file' && digestOf(operation.content) !== state.digest) {
    found.push('content')
  }
  if (operation.partition === 'root' && 'mode' in state) {
    if (state.mode !== operation.mode) found.push('mode')
    if (state.uid !== operation.owner.uid || state.gid !== operation.owner.gid) found.push('owner')
  }
  return found
}

/** Whether `state` is not yet what `operation` wants. */
export function differs(operation: Operation, state: State): boolean {
  return differences(operation, state).length > 0
}

/**
 * Why the operation must not be carried out on what is there: a directory never gives way to a file, a link or a device
 * never to a directory, and a device, socket or FIFO to nothing. `undefined`: nothing is in the way.
 */
export function obstacle(operation: Operation, state: { readonly kind: State['kind'] }): string | undefined {
  if (state.kind === 'absent' || state.kind === operation.kind) return undefined
  if (state.kind === 'other') return 'is neither file, directory nor link'
  if (operation.kind === 'remove') return undefined
  if (state.kind === 'directory') return `is a directory where a ${operation.kind} is to be`
  return operation.kind === 'directory' ? `is a ${state.kind} where a directory is to be` : undefined
}
