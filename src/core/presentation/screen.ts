/** Where text is shown: a terminal of some size, or a file or pipe, whose lines are as long as they are. */
export interface Screen {
  readonly isTerminal: boolean
  readonly columns: number
  readonly rows: number
}

/** Puts words, or items of several words, into lines of at most `columns` characters; none is broken. */
export function fillLines(items: readonly string[], columns: number, gap = ' '): string[] {
  const lines: string[] = []
  for (const item of items) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + gap.length + item.length <= columns)
      lines[lines.length - 1] = last + gap + item
    else lines.push(item)
  }
  return lines
}

/**
 * Breaks a line of prose to a terminal's width, the further lines indented below its first word. A file or a pipe gets it
 * whole, so that one message stays one line to search for.
 */
export function wrapped(line: string, { isTerminal, columns }: Screen, indent = 2): string[] {
  if (!isTerminal || line.length <= columns) return [line]
  const start = /^ */.exec(line)?.[0] ?? ''
  const below = start + ' '.repeat(indent)
  const [first = '', ...rest] = fillLines(line.trim().split(' '), columns - below.length)
  return [start + first, ...rest.map((text) => below + text)]
}
