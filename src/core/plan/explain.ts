import type { Origin } from '../../base/report/origin.ts'
import type { FileOperation } from './operation.ts'

/** One line of a file of the plan and why it is as it is; no origin: the image's line, which the plan leaves alone. */
export interface ExplainedLine {
  readonly number: number
  readonly text: string
  readonly origin: Origin | undefined
}

/**
 * Every line of a file of the plan with its origin. A line that a control has marked has its own; another one is the
 * image's in a file that is edited, else the operation's. What the target holds does not count: a plan that is already
 * applied is explained as it was before.
 */
export function explainLines(operation: FileOperation): ExplainedLine[] {
  return textLines(operation.content).map((text, index) => ({
    number: index + 1,
    text: operation.secret ? '***' : text,
    origin: operation.lines?.get(index) ?? (operation.edited ? undefined : operation.origin),
  }))
}

function textLines(content: Uint8Array): string[] {
  const lines = new TextDecoder().decode(content).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}
