import { basename, join } from 'node:path'
import { type Command, Option } from 'commander'
import { ensureDir } from 'fs-extra/esm'
import { visible } from '../base/encode/visible.ts'
import { packageRoot } from '../base/host/assets.ts'
import { compileFor, finishPlan } from '../core/compile-for.ts'
import { applyToMemory } from '../core/plan/apply-in-memory.ts'
import { changesOf } from '../core/plan/changes.ts'
import { noteLines } from '../core/presentation/note-lines.ts'
import { loginCard } from '../core/presentation/print-access.ts'
import { headline, planLines } from '../core/presentation/print-plan.ts'
import type { Behaviour } from '../device/inspect/inventory.ts'
import { behaviours } from '../sample/behaviours.ts'
import { samplePiOs } from '../sample/sample.ts'
import { writeOverlay } from '../write/emit/overlay-tar.ts'
import { sourceDateEpoch, today } from './clock.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { newHostKeysFor } from './host-keys.ts'
import type { Io } from './io.ts'
import { knownHostsIn, saveKnownHosts } from './known-hosts.ts'
import { loadSpec } from './load-spec.ts'
import { nextLines } from './next.ts'
import { printLines, printProblems } from './print.ts'

interface DemoOptions {
  readonly output: string
  readonly image: Behaviour
}

/** `pibake demo`: the whole job on a small tree in the shape of Raspberry Pi OS, without root and without an image. */
export function addDemo(program: Command, run: Run): void {
  const command = program
    .command('demo')
    .usage('[SPEC] [options]')
    .addHelpText(
      'after',
      examples(
        ['pibake demo', 'the example that pibake brings along'],
        ['pibake demo pibake.yaml', 'a spec of your own'],
      ),
    )
    .description('do the whole job on an embedded sample image: plan, apply, verify, the way in')
    .argument('[spec]', 'the spec file', join(packageRoot, 'examples/kit.yaml'))
    .option('-o, --output <dir>', 'where the result is written', 'pibake-demo')
    .addOption(
      new Option('--image <release>', 'the kind of image').choices(Object.keys(behaviours)).default('trixie-2026'),
    )
  common(command, ['verbose']).action(
    run(async (io: Io, specFile: string, options: DemoOptions): Promise<ExitCode> => {
      const { spec, problems: found, locate, digest } = loadSpec(specFile, {}, today(io.env))
      // What the example holds is no secret.
      const problems = found.filter(({ code }) => code !== 'SPC008')
      printProblems(io, problems, locate)
      if (spec === undefined) return EXIT.usage
      const target = samplePiOs({ behaviour: options.image, variant: 'lite', architecture: 'arm64' })
      const settings = {
        locate,
        specDigest: digest,
        epoch: sourceDateEpoch(io.env),
        today: today(io.env),
        allowBooted: false,
      }
      const hostKeys = newHostKeysFor(spec, target.root, {})
      const evaluation = finishPlan(compileFor(spec, target, settings), { hostKeys })
      printProblems(io, evaluation.problems, locate)
      if (evaluation.problems.some((problem) => problem.severity === 'error')) return EXIT.usage
      if (evaluation.verdict.lockouts.length > 0) return EXIT.lockout

      const changes = changesOf(target, evaluation.plan.operations)
      const shown = { ...evaluation, spec, target, locate, bundle: undefined }
      const view = { all: io.verbose, diffs: io.verbose }
      printLines(io, [headline(shown, basename(specFile)), '', ...planLines(io, shown, changes, view), ''])
      await ensureDir(options.output)
      const overlay = join(options.output, 'overlay.tar')
      saveKnownHosts(knownHostsIn(options.output, spec, target.root), evaluation.hostKeys)
      writeOverlay(overlay, changes, { epoch: evaluation.epoch })
      applyToMemory(
        target,
        changes.map((change) => change.operation),
      )
      const left = changesOf(target, compileFor(spec, target, settings).plan.operations)
      if (left.length > 0) {
        io.stderr.write(`pibake: ${left.length} paths would change again\n`)
        return EXIT.failed
      }
      printLines(io, [
        visible(`Applied to the sample image and read back: nothing differs; the changed paths are in ${overlay}`),
        '',
        ...loginCard({ ...evaluation, spec }, target.root, io.screen),
        '',
        ...(io.quiet ? [] : noteLines(io, evaluation.plan.notes)),
        ...nextLines(io, [['next', 'pibake init']]),
      ])
      return EXIT.ok
    }),
  )
}
