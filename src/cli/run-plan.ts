import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { visible } from '../base/encode/visible.ts'
import { packagesText } from '../core/carried/bundle.ts'
import { changesOf } from '../core/plan/changes.ts'
import type { Change } from '../core/plan/state.ts'
import { noteLines } from '../core/presentation/note-lines.ts'
import { loginCard } from '../core/presentation/print-access.ts'
import { changesAt } from '../core/presentation/print-changes.ts'
import { headline, planLines } from '../core/presentation/print-plan.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type Io, printJson } from './io.ts'
import { knownHostsIn, saveKnownHosts } from './known-hosts.ts'
import { nextLines } from './next.ts'
import { receiptFacts } from './plan-documents.ts'
import type { Prepared } from './prepare.ts'
import { printLines, printMessages } from './print.ts'
import { knownVulnerabilities, vulnerabilityLines } from './tracker.ts'
import { UsageError } from './usage-error.ts'
import { isViewAsked, type ViewOptions, viewOf } from './view-options.ts'

export interface RunPlanOptions extends ViewOptions {
  /** Names the document of `--json`: `pibake.NAME/1`. */
  readonly command: 'apply' | 'bake' | 'flash'
  readonly specFile: string
  /** Where baked host keys are noted, in place of the file beside the spec. */
  readonly knownHosts: string | undefined
  /** A file of Debian's security tracker, for a list of known vulnerabilities. */
  readonly securityTracker: string | undefined
}

/** What a command that writes says in the end. */
export interface Done {
  /** What it adds to its document. */
  readonly facts?: Readonly<Record<string, unknown>>
  /** @param time `0.4 s` */
  says(time: string): string[]
  readonly warnings?: readonly string[]
  /** Where not all of it went well; 0 unless given. */
  readonly exit?: ExitCode
  readonly next: Parameters<typeof nextLines>[1]
}

/**
 * What every command does that carries out a plan: shows it if asked, notes the host keys that were made, has it written,
 * and ends with the way in.
 *
 * @param write makes the changes, reads them back, and says what was done
 * @throws UsageError when host keys are to be noted and none are made
 */
export async function runPlan(
  io: Io,
  prepared: Prepared,
  { command, specFile, knownHosts: file, securityTracker, ...view }: RunPlanOptions,
  write: (changes: readonly Change[]) => Promise<Done>,
): Promise<ExitCode> {
  const { spec, target, hostKeys, plan } = prepared
  const isBaked = Object.keys(hostKeys).length > 0
  if (file !== undefined && !isBaked) {
    throw new UsageError(
      '--known-hosts is for host keys that are made now, and the device makes its own',
      'ssh: { hostKeys: bake }',
    )
  }
  // Before the target is changed, so that a file that cannot be read or written leaves it as it was.
  const vulnerabilities = knownVulnerabilities(prepared, securityTracker)
  const knownHosts = knownHostsIn(dirname(specFile), spec, target.root, file)
  saveKnownHosts(knownHosts, hostKeys)
  const changes = changesOf(target, plan.operations)
  // Made before anything is written: the diffs are against what is there then.
  const document = io.json ? { schema: `pibake.${command}/1`, ...receiptFacts(prepared, changes) } : undefined
  if (document === undefined && isViewAsked(io, view)) {
    const seen = typeof view.diff === 'string' ? changesAt(changes, view.diff) : changes
    printLines(io, [headline(prepared, specFile), '', ...planLines(io, prepared, seen, viewOf(io, view)), ''])
  }
  const start = performance.now()
  const { facts, says, warnings = [], exit = EXIT.ok, next } = await write(changes)
  const warned = warnings.map((warning) => visible(`warning: ${warning}`))
  if (document !== undefined) {
    printJson(io, {
      ...document,
      ...facts,
      knownHosts: isBaked ? knownHosts.file : null,
      vulnerabilities: vulnerabilities ?? null,
    })
    // The document has them: these are for who watches.
    printMessages(io, [...warned, ...(io.quiet ? [] : noteLines(io, plan.notes))])
    return exit
  }
  printLines(io, [
    ...says(timeText(performance.now() - start)).map(visible),
    ...warned,
    ...vulnerabilityLines(vulnerabilities),
    '',
    ...loginCard(prepared, target.root, io.screen),
    ...(isBaked ? [visible(`The host keys are noted in ${knownHosts.file}`)] : []),
    ...(changes.length === 0 ? [] : [firstStartText(prepared)]),
    '',
    ...prepared.remarks,
    ...(io.quiet ? [] : noteLines(io, plan.notes)),
    ...nextLines(io, next),
  ])
  return exit
}

/** `0.4 s` */
export function timeText(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}

function firstStartText({ plan, bundle }: Prepared): string {
  const carried = bundle?.lock.packages.length ?? 0
  const fetched = plan.packages.filter(({ action }) => action === 'install').length
  const what =
    carried > 0
      ? `${packagesText(carried)} that the image carries; `
      : fetched > 0
        ? `${packagesText(fetched)} from the network; `
        : ''
  return `First start: ${what}the LED blinks until it is done.`
}
