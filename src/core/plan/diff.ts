import { createTwoFilesPatch } from 'diff'
import type { Target } from '../../storage/tree/tree.ts'
import { pathKey } from '../../storage/tree/tree.ts'
import { isReadableByAll } from './readable-by-all.ts'
import { type Change, differences, type State } from './state.ts'

/** What a change does, for people. */
export interface ShownChange {
  readonly key: string
  readonly action: 'create' | 'change' | 'remove'
  /** Mode, owner and target, where they come to be or differ; e.g. `mode 0644 → 0440`. */
  readonly details: readonly string[]
}

/** Describes one change against what the target holds now. */
export function showChange({ operation, before }: Change): ShownChange {
  const key = pathKey(operation)
  if (operation.kind === 'remove') return { key, action: 'remove', details: [before.kind] }
  const created = before.kind === 'absent'
  const changed = differences(operation, before)
  const details: string[] = [operation.kind]
  if (operation.kind === 'symlink') {
    details.push(`→ ${operation.target}`)
  } else if (operation.partition === 'root') {
    if (created || changed.includes('mode')) details.push(`mode ${was(before, 'mode')}${octal(operation.mode)}`)
    if (created || changed.includes('owner')) {
      details.push(`owner ${was(before, 'owner')}${operation.owner.uid}:${operation.owner.gid}`)
    }
  }
  if (operation.kind === 'file' && operation.secret) details.push('content not shown: secret')
  return { key, action: created ? 'create' : 'change', details }
}

function was(before: State, what: 'mode' | 'owner'): string {
  if (!('mode' in before)) return ''
  return what === 'mode' ? `${octal(before.mode)} → ` : `${before.uid}:${before.gid} → `
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`
}

/**
 * A unified diff of a text file; undefined for everything else, and for a secret. What the image has there is shown where
 * every user of the device may read it.
 */
export function textDiff(target: Target, { operation, before }: Change): string | undefined {
  if (operation.kind !== 'file' || operation.secret || operation.bulk) return undefined
  const tree = target[operation.partition]
  const isShown = tree === undefined || operation.partition === 'boot' || isReadableByAll(tree, operation.path)
  const old = before.kind === 'file' && isShown ? tree?.read(operation.path) : new Uint8Array()
  const [from, to] = [text(old), text(operation.content)]
  if (from === undefined || to === undefined || from === to) return undefined
  // The two header lines repeat the key; the hunks are what a reader wants.
  const key = pathKey(operation)
  return createTwoFilesPatch(key, key, from, to, '', '', { context: 2 }).split('\n').slice(1).join('\n')
}

function text(content: Uint8Array | undefined): string | undefined {
  if (content === undefined || content.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    // Not text: its digest is all there is to show.
    return undefined
  }
}
