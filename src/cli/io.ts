import { styleText } from 'node:util'
import type { Paper } from '../core/presentation/paper.ts'
import type { Screen } from '../core/presentation/screen.ts'

/** What a command may print with: data goes to stdout, messages to stderr. */
export interface Io extends Paper {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly env: NodeJS.ProcessEnv
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** May a command ask questions? (`--no-input` and a missing terminal say no.) */
  readonly interactive: boolean
}

/** The flags that every command takes. */
export interface CommonOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly input?: boolean
  readonly color?: 'auto' | 'always' | 'never'
  /** `-`: standard output is for the bytes of what is made. */
  readonly output?: string
}

/** The process's own streams; where what is made goes to standard output, all else goes to stderr. `auto` colours follow the terminal, NO_COLOR and FORCE_COLOR. */
export function processIo(options: CommonOptions): Io {
  const color = options.color ?? 'auto'
  const stdout = options.output === '-' ? process.stderr : process.stdout
  return {
    stdout,
    // Its size may change while a command runs.
    get screen() {
      return screenOf(stdout)
    },
    stderr: process.stderr,
    env: process.env,
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    verbose: options.verbose ?? false,
    interactive: options.input !== false && process.stdin.isTTY === true && process.stderr.isTTY === true,
    style: (format, text) =>
      color === 'never' ? text : styleText(format, text, { stream: stdout, validateStream: color === 'auto' }),
  }
}

/** Prints one JSON document on stdout, keys in the order given. */
export function printJson(io: Io, document: { readonly schema: string } & Readonly<Record<string, unknown>>): void {
  io.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
}

/** A message on stderr, unless `--quiet`. */
export function say(io: Io, text: string): void {
  if (!io.quiet) io.stderr.write(`${text}\n`)
}

/** Lists are folded into lines of this length where no terminal says another one. */
const COLUMNS = 100
/** Below it, nothing is laid out any more. */
const LEAST = 40

export function screenOf(stream: NodeJS.WritableStream): Screen {
  const { isTTY = false, columns = COLUMNS, rows = 24 } = stream as Partial<NodeJS.WriteStream>
  // A terminal of serial lines says 0.
  return {
    isTerminal: isTTY,
    columns: columns === 0 ? COLUMNS : Math.max(LEAST, columns),
    rows: rows === 0 ? 24 : rows,
  }
}
