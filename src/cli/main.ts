#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { assetText } from '../assets.ts'
import { runner } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { explainFailure } from './failure.ts'

/** Builds the whole command tree; `keep` receives the exit code of the command that ran. */
export function buildProgram(keep: (code: ExitCode) => void): Command {
  const program = new Command('pibake')
    .description('Hardens and personalises Raspberry Pi OS before its first start, from one spec file.')
    .version((JSON.parse(assetText('package.json')) as { version: string }).version)
    .showSuggestionAfterError()
    .showHelpAfterError('(pibake COMMAND --help tells more)')
    .exitOverride()
  const run = runner(keep)
  for (const register of [] as ((program: Command, run: ReturnType<typeof runner>) => void)[]) register(program, run)
  return program
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  try {
    await buildProgram((result) => {
      code = result
    }).parseAsync(argv)
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    return explainFailure(error, process.stderr)
  }
}

process.exitCode = await main(process.argv)
