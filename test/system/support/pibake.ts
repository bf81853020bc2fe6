import { fileURLToPath } from 'node:url'
import { attempt, type Finished, type RunOptions } from './run.ts'

export const program = fileURLToPath(new URL('../../../../dist/cli/main.js', import.meta.url))

/** Runs the built program, as users get it; nothing is asked. */
export function pibake(args: readonly string[], options: RunOptions = {}): Finished {
  return attempt([process.execPath, program, ...args], options)
}
