import type { Command } from 'commander'
import { loadSpec } from '../../spec/load.ts'
import { summary } from '../../spec/print-report.ts'
import { today } from '../clock.ts'
import { common, type Run } from '../command.ts'
import { problemFacts } from '../documents.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { type Io, printJson, say } from '../io.ts'
import { printProblems } from '../print-problems.ts'

/** `pibake check SPEC`: is the spec sound, as far as that can be told without an image? */
export function addCheck(program: Command, run: Run): void {
  common(program.command('check'))
    .summary('check a spec; needs no target')
    .description(
      'Parses, validates and cross-checks a spec. Every problem is told at once, with its place and its cure.',
    )
    .argument('<spec>', 'the spec file')
    .addHelpText('after', '\nExit codes: 0 sound, 2 invalid, 5 it would lock its owner out.')
    .action(run((io, spec: string) => check(io, spec)))
}

function check(io: Io, file: string): ExitCode {
  const { problems, locate, digest } = loadSpec(file, today(io.env))
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (io.json) {
    printJson(io, {
      schema: 'pibake.check/1',
      sound: errors.length === 0,
      digest,
      problems: problemFacts(problems, locate),
    })
  } else {
    printProblems(io, problems, locate)
    say(io, `${file}: ${errors.length === 0 ? 'sound' : 'not sound'} (${summary(problems)})`)
    const [first] = errors.length === 0 ? problems : errors
    if (first !== undefined) say(io, `pibake explain ${first.code} tells more`)
  }
  if (errors.length === 0) return EXIT.ok
  return errors.every(({ lockout }) => lockout === true) ? EXIT.lockout : EXIT.usage
}
