/** A line of a PAM file, put together from those that a backslash continues. */
export interface LogicalLine {
  /** From 1: where it begins. */
  readonly number: number
  readonly text: string
}

export interface LogicalLines {
  readonly lines: readonly LogicalLine[]
  /** Otherwise the file ends in a line that is to be continued: libpam takes the lines before it, and then gives up. */
  readonly isComplete: boolean
}

/**
 * The lines that count, as libpam puts them together (pam_line.c): a comment ends the line and its continuation too.
 */
export function logicalLines(text: string): LogicalLines {
  const found: LogicalLine[] = []
  let begun: LogicalLine | undefined
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const [index, line] of lines.entries()) {
    const isContinued = /\\[ \t]*$/.test(line) && !line.includes('#')
    const part = line
      .replace(/#.*$/s, '')
      .replace(/^[ \t]+/, '')
      .replace(/\\[ \t]*$/, isContinued ? ' ' : '$&')
    begun = { number: begun?.number ?? index + 1, text: (begun?.text ?? '') + part }
    if (isContinued) continue
    if (begun.text !== '') found.push(begun)
    begun = undefined
  }
  return { lines: found, isComplete: begun === undefined }
}

/** The words of a line; `[...]` is one word, in which `\]` stands for a bracket (_pam_tokenize). */
export function tokens(line: string): readonly string[] {
  const words = line.matchAll(/[ \n\t]*(?:\[((?:\\\]|[^\]])*)\]?|([^ \n\t[][^ \n\t]*))/gy)
  return [...words].map(([, bracketed, plain]) => bracketed?.replaceAll('\\]', ']') ?? (plain as string))
}
