import { Argument, type Command } from 'commander'
import type { Run } from './command.ts'
import { completionScript, SHELLS, type Shell } from './completion-script.ts'
import { EXIT } from './exit.ts'
import { examples } from './help.ts'

/** `pibake completion SHELL`: a script that lets a shell complete commands and flags. */
export function addCompletion(program: Command, run: Run): void {
  program
    .command('completion')
    .usage('SHELL')
    .summary('print a completion script')
    .description(
      'Prints a script with which a shell completes commands and flags, e.g. source <(pibake completion bash)',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', examples(['source <(pibake completion bash)', 'in ~/.bashrc']))
    .action(
      run((io, shell: Shell) => {
        io.stdout.write(completionScript(program, shell))
        return EXIT.ok
      }),
    )
}
