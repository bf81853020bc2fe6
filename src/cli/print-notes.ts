import type { Note } from '../controls/control.ts'
import { visible } from '../encode/visible.ts'
import type { Io } from './io.ts'

/** Prints what the owner should know on stderr: warnings always but with `--quiet`, the rest too. */
export function printNotes(io: Io, notes: readonly Note[]): void {
  if (io.quiet) return
  for (const note of notes) {
    const { position, key } = note.origin
    const text = `${position.file}:${position.line}:${position.column} ${note.severity} ${key}: ${note.message}`
    io.stderr.write(`${visible(text)}\n`)
  }
}
