import { remembered } from '../../base/remembered.ts'
import { Steps } from '../../base/steps.ts'
import type { Tree } from '../../storage/tree/tree.ts'

export interface SourceLine {
  readonly file: string
  /** From 1. */
  readonly line: number
}

const MOST_LINES = 50_000
/** Modules hold each line against each account, for each way in. */
const MOST_AGAIN = 10_000_000

/**
 * The lines of a file with their places; without newlines. A file that is not there, or is none, has no lines.
 *
 * @throws TargetError when they are too many for any settings, or are asked for too often
 */
export function numberedLines(root: Tree, file: string): readonly NumberedLine[] {
  const lines = linesOf(root, file)
  stepsOf(root).take({ file }, lines.length)
  return lines
}

const stepsOf = remembered((_: Tree) => new Steps('lines of settings, for all accounts', MOST_AGAIN))

const linesOf = remembered((root: Tree, file: string): readonly NumberedLine[] => {
  const text = textOf(root, file)
  if (text === undefined) return []
  const lines = text.replace(/\n$/, '').split('\n')
  new Steps('lines', MOST_LINES).take({ file }, lines.length)
  return lines.map((line, index) => ({ text: line, at: { file, line: index + 1 } }))
})

interface NumberedLine {
  readonly text: string
  readonly at: SourceLine
}

/** The text of a regular file, links followed; undefined: there is none. */
export function textOf(root: Tree, file: string): string | undefined {
  if (root.lstat(root.resolve(file))?.kind !== 'file') return undefined
  const bytes = root.read(file)
  return bytes && new TextDecoder().decode(bytes)
}
