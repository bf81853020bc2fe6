import { Command } from 'commander'
import { toolVersion } from '../write/emit/tool.ts'
import { type Run, runner } from './command.ts'
import type { ExitCode } from './exit.ts'
import { examples } from './help.ts'

type Add = (program: Command, run: Run) => void
type Load = () => Promise<Add>

/** Each command's own file adds it to the program; in the groups and the order of the help. */
const groups: Readonly<Record<string, Readonly<Record<string, Load>>>> = {
  'Write a spec:': {
    init: async () => (await import('./init.ts')).addInit,
    import: async () => (await import('./import.ts')).addImport,
    check: async () => (await import('./check.ts')).addCheck,
    'hash-password': async () => (await import('./hash-password.ts')).addHashPassword,
  },
  'Harden a card or an image:': {
    plan: async () => (await import('./plan.ts')).addPlan,
    apply: async () => (await import('./apply.ts')).addApply,
    bake: async () => (await import('./bake.ts')).addBake,
    flash: async () => (await import('./flash.ts')).addFlash,
    fleet: async () => (await import('./fleet.ts')).addFleet,
    delta: async () => (await import('./delta.ts')).addDelta,
    verify: async () => (await import('./verify.ts')).addVerify,
    lock: async () => (await import('./lock.ts')).addLock,
    page: async () => (await import('./page.ts')).addPage,
  },
  'Look something up:': {
    audit: async () => (await import('./audit.ts')).addAudit,
    watch: async () => (await import('./watch.ts')).addWatch,
    explain: async () => (await import('./explain.ts')).addExplain,
    schema: async () => (await import('./schema.ts')).addSchema,
    doctor: async () => (await import('./doctor.ts')).addDoctor,
    completion: async () => (await import('./completion.ts')).addCompletion,
    demo: async () => (await import('./demo.ts')).addDemo,
  },
}

/** It describes all the others. */
const COMPLETION = 'completion'

/**
 * Builds the command tree, as much of it as `word` needs: a command is loaded without the others, for that is a good part
 * of the time that it takes; help, a word that is not a command and {@link COMPLETION} see all of them.
 *
 * @param word the first one of the command line
 * @param keep receives the exit code of the command that ran
 */
export async function buildProgram(word: string | undefined, keep: (code: ExitCode) => void): Promise<Command> {
  const program = new Command('pibake')
    .usage('COMMAND [options]')
    .description('Hardens and personalises Raspberry Pi OS before its first start, from one spec file.')
    .version(toolVersion())
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'pibake: ')) })
    .showSuggestionAfterError()
    .showHelpAfterError('  hint: pibake --help')
    .exitOverride()
    // Else a command with others below it would take their flags for its own.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      examples(
        ['pibake init', 'write pibake.yaml, to be filled in'],
        ['pibake plan pibake.yaml --image base.img.xz', 'look at what would happen'],
        ['pibake bake pibake.yaml base.img.xz -o kit.img.xz', 'make a hardened image'],
        ['sudo pibake flash pibake.yaml base.img.xz --to /dev/sdX', 'write a hardened card'],
        ['pibake bake --help', 'all flags of a command'],
      ),
    )
  const run = runner(keep)
  const isAlone = word !== COMPLETION && Object.values(groups).some((group) => Object.hasOwn(group, word ?? ''))
  for (const [title, group] of Object.entries(groups)) {
    program.commandsGroup(title)
    for (const [name, load] of Object.entries(group)) if (!isAlone || name === word) (await load())(program, run)
  }
  program.addHelpCommand(new Command('help').argument('[command]').description('show the help of a command'))
  for (const command of program.commands) {
    // The usage line names what is required.
    const usage = command.usage().replaceAll('\n', '\n  ')
    command.showHelpAfterError(`  usage: pibake ${command.name()} ${usage}\n  hint: pibake ${command.name()} --help`)
  }
  return program
}
