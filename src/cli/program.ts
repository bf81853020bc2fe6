import { Command } from 'commander'
import { toolVersion } from '../emit/tool.ts'
import { type Run, runner } from './command.ts'
import type { ExitCode } from './exit.ts'

type Add = (program: Command, run: Run) => void

/** Each command's own file adds it to the program; in the order of the help. */
const commands = new Map<string, () => Promise<Add>>([
  ['init', async () => (await import('./commands/init.ts')).addInit],
  ['check', async () => (await import('./commands/check.ts')).addCheck],
  ['plan', async () => (await import('./commands/plan.ts')).addPlan],
  ['apply', async () => (await import('./commands/apply.ts')).addApply],
  ['bake', async () => (await import('./commands/bake.ts')).addBake],
  ['verify', async () => (await import('./commands/verify.ts')).addVerify],
  ['explain', async () => (await import('./commands/explain.ts')).addExplain],
  ['lock', async () => (await import('./commands/lock.ts')).addLock],
  ['hash-password', async () => (await import('./commands/hash-password.ts')).addHashPassword],
  ['schema', async () => (await import('./commands/schema.ts')).addSchema],
  ['completion', async () => (await import('./commands/completion.ts')).addCompletion],
  ['demo', async () => (await import('./commands/demo.ts')).addDemo],
])

/** It describes all the others. */
const COMPLETION = 'completion'

/**
 * Builds the command tree, as much of it as `word` needs: a command is loaded without the others, for that is a good part
 * of the time that it takes; help, a word that is no command and {@link COMPLETION} see all of them.
 *
 * @param word the first one of the command line
 * @param keep receives the exit code of the command that ran
 */
export async function buildProgram(word: string | undefined, keep: (code: ExitCode) => void): Promise<Command> {
  const program = new Command('pibake')
    .description('Hardens and personalises Raspberry Pi OS before its first start, from one spec file.')
    .version(toolVersion())
    .showSuggestionAfterError()
    .showHelpAfterError('(pibake COMMAND --help tells more)')
    .exitOverride()
  const run = runner(keep)
  const called = word === undefined || word === COMPLETION ? undefined : commands.get(word)
  for (const load of called === undefined ? commands.values() : [called]) (await load())(program, run)
  return program
}
