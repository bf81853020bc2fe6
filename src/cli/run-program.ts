import { CommanderError } from 'commander'
import { EXIT, type ExitCode } from './exit.ts'
import { handleOutputErrors } from './output-errors.ts'
import { buildProgram } from './program.ts'

async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  try {
    const program = await buildProgram(argv[2], (result) => {
      code = result
    })
    await program.parseAsync(argv)
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    throw error
  }
}

/** The program: carries out the words of a command line, and leaves the exit code to the process. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  handleOutputErrors()
  const code = await main(argv)
  // Whoever calls it off does not wait for a reader that does not read.
  if (code === EXIT.interrupted) process.exit(code)
  process.exitCode ??= code
}
