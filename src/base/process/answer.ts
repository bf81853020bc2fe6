import { spawn } from 'node:child_process'
import { buffer, text } from 'node:stream/consumers'
import { visible } from '../encode/visible.ts'
import { programEnvironment, programPath } from './find-program.ts'
import type { ProgramName } from './programs.ts'

/** What a program has made of the bytes that it was given. */
export interface Answer {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/**
 * Runs a program on bytes in memory: they go in and its answer comes out by pipes; a passphrase it asks for on the terminal itself.
 *
 * @param options.interactive whether it may ask
 * @throws the error of the system (ENOENT) when the program is not there
 */
export async function answerOf(
  program: ProgramName,
  args: readonly string[],
  input: Uint8Array | string,
  { interactive }: { readonly interactive: boolean },
): Promise<Answer> {
  const child = spawn(programPath(program), args, {
    // A session of its own has no terminal to ask on.
    detached: !interactive,
    env: { ...programEnvironment(), ...(interactive ? {} : { SSH_ASKPASS_REQUIRE: 'never' }) },
  })
  const exit = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  // It may end without reading what it is given; its exit says so.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code, stdout, stderr] = await Promise.all([exit, buffer(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

/** What a program complains of, as the end of a message; empty when it says nothing. */
export function complaintOf({ stderr }: Answer): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  return lines.length === 0 ? '' : `: ${lines.map((line) => visible(line.trim())).join('; ')}`
}
