import { type Io, screenOf } from './io.ts'

/** Gives what would be printed to `write`, errors alone: of one device among many nobody reads notes and warnings. */
export function silentIo(write: (text: string) => void): Io {
  const stream = { write } as unknown as NodeJS.WritableStream
  return {
    stdout: stream,
    stderr: stream,
    env: process.env,
    json: false,
    quiet: true,
    verbose: false,
    interactive: false,
    screen: screenOf(stream),
    style: (_, text) => text,
  }
}
