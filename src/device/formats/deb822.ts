/** One paragraph: field names in small letters → value; the lines of a folded value are joined with newlines. */
export type Paragraph = ReadonlyMap<string, string>

/**
 * The paragraphs of a file in Debian's control format (deb822(5)): package indexes, dpkg's status, apt's sources.
 * Comment lines are left out; a line that is neither field nor continuation is passed over, as apt does.
 */
export function paragraphs(text: string): Paragraph[] {
  const found: Map<string, string>[] = []
  let current: Map<string, string> | undefined
  let field: string | undefined
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    if (line.trim() === '') {
      current = undefined
      field = undefined
      continue
    }
    if (/^[ \t]/.test(line)) {
      if (field !== undefined) current?.set(field, `${current.get(field)}\n${line.slice(1)}`)
      continue
    }
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    field = name?.toLowerCase()
    if (field === undefined || value === undefined) continue
    if (current === undefined) {
      current = new Map()
      found.push(current)
    }
    current.set(field, value)
  }
  return found
}

/** The words of a value, split at white space and newlines. */
export function words(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter((word) => word !== '')
}
