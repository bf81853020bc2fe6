/** Examples below the help of a command: what is typed, and what for. */
export function examples(...lines: readonly (readonly [command: string, what: string])[]): string {
  return `\nExamples:\n${lines.map(([command, what]) => `  ${command}\n      ${what}\n`).join('')}`.trimEnd()
}
