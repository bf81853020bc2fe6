/** The text with its lines put through `change`; a last line without a newline gets one. */
function mapLines(text: string, change: (lines: string[]) => readonly string[]): string {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return change(lines)
    .map((line) => `${line}\n`)
    .join('')
}

/**
 * Puts `line` in the place of the first line that `matches`, and takes further ones out; else adds it at the end. The
 * other lines stay as they are.
 */
export function setLine(text: string, matches: (line: string) => boolean, line: string): string {
  return mapLines(text, (lines) => {
    const at = lines.findIndex(matches)
    if (at === -1) return [...lines, line]
    return lines.flatMap((old, i) => (i === at ? [line] : matches(old) ? [] : [old]))
  })
}
