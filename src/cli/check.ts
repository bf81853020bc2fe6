import type { Command } from 'commander'
import { shellWord } from '../base/encode/shell-word.ts'
import { visible } from '../base/encode/visible.ts'
import { summary } from '../base/report/print.ts'
import type { Problem } from '../base/report/report.ts'
import { problemFacts } from '../core/presentation/problem-facts.ts'
import { today } from './clock.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { loadSpec } from './load-spec.ts'
import { nextLines } from './next.ts'
import { printLines, printMessages, problemLines } from './print.ts'
import { type SpecOptions, specOptions } from './spec-options.ts'
import { assertSpec } from './swapped.ts'

/** `pibake check SPEC`: is the spec sound, as far as that does not depend on the image? */
export function addCheck(program: Command, run: Run): void {
  const command = program.command('check').usage('SPEC [options]')
  common(specOptions(command))
    .summary('check a spec; needs no target')
    .description(
      'Parses, validates and cross-checks a spec. Every problem is reported at once, with its place and its cure.',
    )
    .argument('<spec>', 'the spec file')
    .addHelpText('after', examples(['pibake check pibake.yaml', 'everything that can be said without an image']))
    .addHelpText('after', '\nExit codes: 0 sound, 2 invalid, 5 it would lock its owner out.')
    .action(run((io, spec: string, options: SpecOptions) => check(io, spec, options)))
}

function check(io: Io, file: string, options: SpecOptions): ExitCode {
  assertSpec(file)
  const { problems, locate, excerpt, digest } = loadSpec(file, { ...options, mayAsk: io.interactive }, today(io.env))
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (io.json) {
    printJson(io, {
      schema: 'pibake.check/1',
      sound: errors.length === 0,
      digest,
      problems: problemFacts(problems, locate),
    })
  } else {
    const print = errors.length === 0 ? printLines : printMessages
    print(io, [...problemLines(io, problems, locate, excerpt), ...closing(io, problems, file)])
  }
  if (errors.length === 0) return EXIT.ok
  return errors.every(({ lockout }) => lockout === true) ? EXIT.lockout : EXIT.usage
}

/** How much there is, and where to read on or what to do next. */
function closing(io: Io, problems: readonly Problem[], file: string): string[] {
  if (io.quiet) return []
  const [worst] = [...problems].sort((a, b) => Number(a.severity !== 'error') - Number(b.severity !== 'error'))
  const count = visible(`${summary(problems)} in ${file}`)
  const more = worst === undefined ? [] : [`For more: pibake explain ${worst.code}`]
  const isSound = worst?.severity !== 'error'
  const plan = `pibake plan ${shellWord(file)} --image IMAGE    a mounted card: --boot DIR --root DIR`
  return [count, ...more, ...(isSound ? nextLines(io, [['next', plan]]) : [])]
}
