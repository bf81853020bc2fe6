/** What a file of assignments says to the shell that sources it. */
export interface Assignments {
  /** The last one of each name. */
  readonly values: ReadonlyMap<string, string>
  /** Lines (from 1) that are more than an assignment of plain text, a comment or nothing. */
  readonly others: readonly number[]
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)=("[^"$`\\]*"|'[^']*'|[^\s"'$`\\;&|<>()#]*)\s*(?:;\s*)?(?:\s#.*)?$/

/** Reads files such as /etc/default/NAME, which are source of sh(1) but hold assignments alone. */
export function readAssignments(text: string): Assignments {
  const values = new Map<string, string>()
  const others: number[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, name, value = ''] = ASSIGNMENT.exec(line) ?? []
    if (name === undefined) others.push(i + 1)
    else values.set(name, value.replace(/^(["'])(.*)\1$/, '$2'))
  }
  return { values, others }
}
