import { spawnSync } from 'node:child_process'
import { programEnvironment, programPath } from '../base/process/find-program.ts'
import type { Io } from './io.ts'
import { printLines } from './print.ts'

/**
 * Prints a long report: on a terminal that it does not fit, through the pager that PIBAKE_PAGER or PAGER names, a command
 * for the shell; everywhere else, and where the pager cannot be started, as it is.
 */
export function printPaged(io: Io, lines: readonly string[]): void {
  const { isTerminal, rows, columns } = io.screen
  const pager = (io.env.PIBAKE_PAGER ?? io.env.PAGER ?? '').trim()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are no characters on the screen.
  const heights = lines.map((line) => Math.max(1, Math.ceil(line.replace(/\u001b\[[\d;]*m/g, '').length / columns)))
  const isLong = heights.reduce((sum, height) => sum + height, 0) >= rows
  if (!isTerminal || pager === '' || pager === 'cat' || !isLong || !page(pager, lines)) printLines(io, lines)
}

/** @returns whether the pager could be started */
function page(pager: string, lines: readonly string[]): boolean {
  // Ctrl-C is the pager's: it ends a search, not the program that waits for it.
  const wait = () => {}
  process.on('SIGINT', wait)
  try {
    const { status, error } = spawnSync(programPath('sh'), ['-c', pager], {
      input: lines.map((line) => `${line}\n`).join(''),
      stdio: ['pipe', 'inherit', 'inherit'],
      // As git does it: colours pass, what fits is printed and left on the screen.
      env: { LESS: 'FRX', LV: '-c', ...programEnvironment() },
    })
    // A pager that is left before its end closes the pipe.
    if (error !== undefined && (error as NodeJS.ErrnoException).code !== 'EPIPE') return false
    return status !== 126 && status !== 127
  } finally {
    process.off('SIGINT', wait)
  }
}
