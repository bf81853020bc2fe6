import type { Tree } from '../tree/tree.ts'
import type { FileOperation, Origin } from './operation.ts'

/** One line of a file of the plan and why it is as it is; no origin: the image had this line already. */
export interface ExplainedLine {
  readonly number: number
  readonly text: string
  readonly origin: Origin | undefined
}

/**
 * Every line of a file of the plan with its origin. A line that a control has marked has its own; another one is the
 * image's where the image's file holds the very same line, else the operation's.
 *
 * @param tree the partition as it is, before the plan
 */
export function explainLines(tree: Tree | undefined, operation: FileOperation): ExplainedLine[] {
  const before = new Set(
    textLines(tree?.lstat(operation.path)?.kind === 'file' ? tree.read(operation.path) : undefined),
  )
  return textLines(operation.content).map((text, index) => ({
    number: index + 1,
    text: operation.secret ? '***' : text,
    origin: operation.lines?.get(index) ?? (before.has(text) ? undefined : operation.origin),
  }))
}

function textLines(content: Uint8Array | undefined): string[] {
  if (content === undefined) return []
  const lines = new TextDecoder().decode(content).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}
