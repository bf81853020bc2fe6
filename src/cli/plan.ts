import type { Command } from 'commander'
import { shellWord } from '../base/encode/shell-word.ts'
import { visible } from '../base/encode/visible.ts'
import { hostnameOf } from '../core/controls/hostname.ts'
import { changesOf } from '../core/plan/changes.ts'
import type { Change } from '../core/plan/state.ts'
import { noteLines } from '../core/presentation/note-lines.ts'
import { loginCard } from '../core/presentation/print-access.ts'
import { changeLines, changesAt } from '../core/presentation/print-changes.ts'
import { headline, planLines } from '../core/presentation/print-plan.ts'
import { isPacked } from '../write/bake/base-image.ts'
import type { Vulnerability } from '../write/packages/vulnerabilities.ts'
import { accessOptions } from './access-options.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { freeName, nextLines, pibakeCommand } from './next.ts'
import { openTarget, type TargetOptions } from './open-target.ts'
import { packageOptions } from './package-options.ts'
import { printPaged } from './pager.ts'
import { planDocument } from './plan-documents.ts'
import { type Prepared, type PrepareOptions, prepare } from './prepare.ts'
import { specOptions } from './spec-options.ts'
import { TARGET, targetOptions } from './target.ts'
import { knownVulnerabilities, type TrackerOptions, trackerOption, vulnerabilityLines } from './tracker.ts'
import { type ViewOptions, viewOf, viewOptions } from './view-options.ts'

interface PlanOptions extends PrepareOptions, TargetOptions, TrackerOptions, ViewOptions {}

/** `pibake plan SPEC TARGET` */
export function addPlan(program: Command, run: Run): void {
  const command = program
    .command('plan')
    .usage(`SPEC ${TARGET} [options]`)
    .summary('show what would change, and who gets in; touches nothing')
    .description('Shows what would change by subject, with the spec line behind it, and who gets in. Touches nothing.')
    .argument('<spec>', 'the spec file')
    .addHelpText(
      'after',
      examples(
        ['pibake plan pibake.yaml --boot boot --root root', 'a card whose partitions are mounted there'],
        ['pibake plan pibake.yaml --image base.img.xz --all', 'an image, packed or not; every path'],
        ['pibake plan pibake.yaml --image base.img --diff /etc/ssh', 'the lines that change below /etc/ssh'],
      ),
    )
  viewOptions(accessOptions(trackerOption(specOptions(packageOptions(targetOptions(command))))))
  common(command).action(
    run(async (io: Io, spec: string, options: PlanOptions): Promise<ExitCode> => {
      const prepared = await prepare(io, spec, { ...options, carry: 'try', isReported: true }, () =>
        openTarget(options),
      )
      if (typeof prepared === 'number') return prepared
      const changes = changesOf(prepared.target, prepared.plan.operations)
      const vulnerabilities = knownVulnerabilities(prepared, options.securityTracker)
      if (io.json) {
        printJson(io, { ...planDocument(prepared, changes), vulnerabilities: vulnerabilities ?? null })
        return EXIT.ok
      }
      if (typeof options.diff === 'string') return printDiff(io, prepared, changes, options.diff)
      printPaged(io, report(io, prepared, changes, { specFile: spec, options, vulnerabilities }))
      return EXIT.ok
    }),
  )
}

/** The whole plan as a person reads it: what changes by subject, who gets in, what to know, what to do next. */
function report(
  io: Io,
  prepared: Prepared,
  changes: readonly Change[],
  {
    specFile,
    options,
    vulnerabilities,
  }: { specFile: string; options: PlanOptions; vulnerabilities: Vulnerability[] | undefined },
): string[] {
  const { target, plan } = prepared
  return [
    headline(prepared, specFile),
    '',
    ...planLines(io, prepared, changes, viewOf(io, options)),
    ...vulnerabilityLines(vulnerabilities),
    '',
    ...loginCard(prepared, target.root, io.screen),
    '',
    ...prepared.remarks,
    ...(io.quiet ? [] : noteLines(io, plan.notes)),
    ...nextLines(io, stepsAfter(prepared, changes, specFile, options)),
    ...(io.quiet || changes.length === 0 ? [] : [io.style('dim', '      every path: --all    for programs: --json')]),
  ]
}

function stepsAfter(
  { spec, target }: Prepared,
  changes: readonly Change[],
  specFile: string,
  options: PlanOptions,
): (readonly [string, string])[] {
  const { image } = options
  if (changes.length === 0) return [['next', pibakeCommand('verify', [specFile], options)]]
  const ssh = changesAt(changes, '/etc/ssh').length > 0
  const [first] = changes
  const path = ssh || first === undefined ? '/etc/ssh' : shownKey(first)
  const look = pibakeCommand('plan', [specFile], options)
  const more = ['more', `${look} --diff ${shellWord(path)}`] as const
  if (image === undefined) return [['next', pibakeCommand('apply', [specFile], options)], more]
  const out = freeName(hostnameOf(spec, target.root), image)
  const bake = pibakeCommand('bake', [specFile, image, '-o', out], { ...options, image: undefined })
  const flash = pibakeCommand('flash', [specFile, image, '--to', '/dev/sdX'], { ...options, image: undefined })
  return [
    ['next', bake],
    ...(isPacked(image) ? [] : [['or', pibakeCommand('apply', [specFile], options)] as const]),
    ['card', flash],
    more,
  ]
}

/** A path of the plan as `--diff` takes it. */
function shownKey({ operation: { partition, path } }: Change): string {
  return partition === 'root' ? path : `${partition}:${path}`
}

/** The lines of one path and below, and nothing else. */
function printDiff(io: Io, { target }: Prepared, changes: readonly Change[], path: string): ExitCode {
  const found = changesAt(changes, path)
  if (found.length === 0) {
    io.stderr.write(`pibake: nothing changes at ${visible(path)}\n  hint: --all in place of --diff lists every path\n`)
    return EXIT.failed
  }
  printPaged(
    io,
    found.flatMap((change) => changeLines(io, target, change, { diffs: true })),
  )
  return EXIT.ok
}
