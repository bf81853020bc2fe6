import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { ensureDir } from 'fs-extra/esm'
import { packageRoot } from '../../assets.ts'
import { writeOverlay } from '../../emit/overlay-tar.ts'
import type { Behaviour } from '../../inspect/inventory.ts'
import { judge } from '../../judge.ts'
import { changesOf } from '../../plan/changes.ts'
import { behaviours } from '../../sample/behaviours.ts'
import { samplePiOs } from '../../sample/sample.ts'
import { loadSpec } from '../../spec/load.ts'
import { applyToMemory } from '../../tree/memory-apply.ts'
import { sourceDateEpoch, today } from '../clock.ts'
import { common, type Run } from '../command.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { newHostKeysFor } from '../host-keys.ts'
import { type Io, say } from '../io.ts'
import { knownHostsIn, saveKnownHosts } from '../known-hosts.ts'
import { loginCard } from '../print-access.ts'
import { printChanges } from '../print-changes.ts'
import { printProblems } from '../print-problems.ts'

interface DemoOptions {
  readonly output: string
  readonly image: Behaviour
}

/** `pibake demo`: the whole job on a small tree in the shape of Raspberry Pi OS, without root and without an image. */
export function addDemo(program: Command, run: Run): void {
  const command = program
    .command('demo')
    .description('do the whole job on an embedded sample image: plan, apply, verify, the way in')
    .argument('[spec]', 'the spec file', join(packageRoot, 'examples/kit.yaml'))
    .option('-o, --output <dir>', 'where the result is written', 'pibake-demo')
    .addOption(
      new Option('--image <release>', 'the kind of image').choices(Object.keys(behaviours)).default('trixie-2026'),
    )
  common(command).action(
    run(async (io: Io, specFile: string, options: DemoOptions): Promise<ExitCode> => {
      const { spec, problems, locate, digest } = loadSpec(specFile, today(io.env))
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
      const judged = judge(spec, target, { ...settings, newHostKeys: newHostKeysFor(spec, target.root, {}) })
      printProblems(io, judged.problems, locate)
      if (judged.problems.some((problem) => problem.severity === 'error')) return EXIT.usage
      if (judged.verdict.lockouts.length > 0) return EXIT.lockout

      const changes = changesOf(target, judged.plan.operations)
      printChanges(io, target, changes, { diffs: io.verbose })
      await ensureDir(options.output)
      const overlay = join(options.output, 'overlay.tar')
      saveKnownHosts(knownHostsIn(options.output, spec, target.root), judged.hostKeys)
      await writeOverlay(overlay, changes, { epoch: judged.epoch })
      applyToMemory(
        target,
        changes.map((change) => change.operation),
      )
      const left = changesOf(target, judge(spec, target, settings).plan.operations)
      if (left.length > 0) {
        io.stderr.write(`pibake: ${left.length} paths would change again\n`)
        return EXIT.failed
      }
      say(io, `applied to the sample image and read back: nothing differs; the changed paths are in ${overlay}`)
      io.stdout.write(`\n${loginCard({ ...judged, spec }, target.root).join('\n')}\n`)
      return EXIT.ok
    }),
  )
}
