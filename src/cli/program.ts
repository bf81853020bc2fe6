import { Command } from 'commander'
import { toolVersion } from '../emit/tool.ts'
import { type Run, runner } from './command.ts'
import { addApply } from './commands/apply.ts'
import { addBake } from './commands/bake.ts'
import { addCheck } from './commands/check.ts'
import { addCompletion } from './commands/completion.ts'
import { addDemo } from './commands/demo.ts'
import { addExplain } from './commands/explain.ts'
import { addHashPassword } from './commands/hash-password.ts'
import { addInit } from './commands/init.ts'
import { addLock } from './commands/lock.ts'
import { addPlan } from './commands/plan.ts'
import { addSchema } from './commands/schema.ts'
import { addVerify } from './commands/verify.ts'
import type { ExitCode } from './exit.ts'

/** Each command's own file adds it to the program. */
const commands: readonly ((program: Command, run: Run) => void)[] = [
  addInit,
  addCheck,
  addPlan,
  addApply,
  addBake,
  addVerify,
  addExplain,
  addLock,
  addHashPassword,
  addSchema,
  addCompletion,
  addDemo,
]

/** Builds the whole command tree; `keep` receives the exit code of the command that ran. */
export function buildProgram(keep: (code: ExitCode) => void): Command {
  const program = new Command('pibake')
    .description('Hardens and personalises Raspberry Pi OS before its first start, from one spec file.')
    .version(toolVersion())
    .showSuggestionAfterError()
    .showHelpAfterError('(pibake COMMAND --help tells more)')
    .exitOverride()
  const run = runner(keep)
  for (const add of commands) add(program, run)
  return program
}
