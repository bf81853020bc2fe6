import type { Command } from 'commander'
import { changesOf } from '../core/plan/changes.ts'
import type { Change } from '../core/plan/state.ts'
import { changesAt, countText } from '../core/presentation/print-changes.ts'
import { driftLines, headline } from '../core/presentation/print-plan.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { cardCommand, nextLines, pibakeCommand, umountCommand } from './next.ts'
import { openTarget, type TargetOptions } from './open-target.ts'
import { packageOptions } from './package-options.ts'
import { verifyDocument } from './plan-documents.ts'
import { type Prepared, type PrepareOptions, prepare } from './prepare.ts'
import { printLines } from './print.ts'
import { rebuild } from './rebuild.ts'
import { specOptions } from './spec-options.ts'
import { TARGET, targetOptions } from './target.ts'
import { type ViewOptions, viewOf, viewOptions } from './view-options.ts'

interface VerifyOptions extends PrepareOptions, TargetOptions, ViewOptions {
  readonly rebuild?: string
}

/** `pibake verify SPEC TARGET` */
export function addVerify(program: Command, run: Run): void {
  const command = program
    .command('verify')
    .usage(`SPEC ${TARGET} [options]`)
    .summary('compare a target with what the spec compiles to')
    .description('Compares the target with what the spec compiles to, and lists every drift. Writes nothing.')
    .argument('<spec>', 'the spec file')
    .option('--rebuild <base>', 'bake this base again, and compare the bytes with those of --image')
    .addHelpText(
      'after',
      examples(
        ['pibake verify pibake.yaml --boot boot --root root', 'a card whose partitions are mounted there'],
        ['pibake verify pibake.yaml --image kit.img.xz', 'a baked image'],
        [
          'pibake verify pibake.yaml --image kit.img.xz --rebuild base.img.xz',
          'is it what this base gives, byte by byte?',
        ],
      ),
    )
    .addHelpText('after', '\nExit codes: 0 no drift, 2 invalid spec, 3 target refused, 4 drift.')
  viewOptions(specOptions(packageOptions(targetOptions(command))))
  common(command, ['verbose']).action(run((io, spec: string, options: VerifyOptions) => verify(io, spec, options)))
}

async function verify(io: Io, specFile: string, options: VerifyOptions): Promise<ExitCode> {
  if (options.rebuild !== undefined) return rebuild(io, specFile, options.rebuild, options)
  const prepared = await prepare(
    io,
    specFile,
    { ...options, reportOnly: true, isReported: true, isComparison: true },
    () => openTarget(options),
  )
  if (typeof prepared === 'number') return prepared
  const { target, plan } = prepared
  const drift = changesOf(target, plan.operations)
  if (io.json) printJson(io, verifyDocument(prepared, drift))
  else printLines(io, driftReport(io, prepared, drift, specFile, options))
  return drift.length === 0 ? EXIT.ok : EXIT.drift
}

function driftReport(
  io: Io,
  prepared: Prepared,
  drift: readonly Change[],
  specFile: string,
  options: VerifyOptions,
): string[] {
  const { diff } = options
  const seen = typeof diff === 'string' ? changesAt(drift, diff) : drift
  const view = viewOf(io, { ...options, all: options.all === true || typeof diff === 'string' })
  const next = (name: 'apply' | 'plan') =>
    pibakeCommand(name, [specFile], { ...options, allowBooted: prepared.inventory.bootedSigns.length > 0 })
  return [
    headline(prepared, specFile),
    '',
    ...driftLines(io, prepared, seen, view),
    ...(drift.length === 0
      ? [`No drift: the target is as the spec says (${prepared.plan.operations.length} paths).`]
      : []),
    ...(drift.length === 0
      ? []
      : ['', `Drift: ${drift.length} ${drift.length === 1 ? 'path' : 'paths'}: ${countText(drift)}.`]),
    ...(prepared.remarks.length > 0 ? ['', ...prepared.remarks] : []),
    ...nextLines(
      io,
      drift.length === 0
        ? stepsWithout(options)
        : [
            ['next', `${next('plan')} --diff`],
            ['then', next('apply')],
          ],
    ),
  ]
}

/** What is as it should be goes onto a card, or into the device. */
function stepsWithout(options: VerifyOptions): (readonly [string, string])[] {
  const out = options.image === undefined ? umountCommand(options) : cardCommand(options.image)
  return out === undefined ? [] : [['next', out]]
}
