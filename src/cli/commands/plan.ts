import type { Command } from 'commander'
import { visible } from '../../encode/visible.ts'
import type { Bundle } from '../../packages/bundle.ts'
import { changesOf } from '../../plan/changes.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Change } from '../../plan/state.ts'
import { common, type Run } from '../command.ts'
import { changeFacts, hostKeyFacts, imageFacts, problemFacts } from '../documents.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { type Io, printJson } from '../io.ts'
import { originText } from '../origin-text.ts'
import { packageOptions } from '../package-options.ts'
import { type Prepared, type PrepareOptions, prepare } from '../prepare.ts'
import { loginCard } from '../print-access.ts'
import { printChanges } from '../print-changes.ts'
import { printNotes } from '../print-notes.ts'
import { openTarget, type TargetOptions, targetOptions } from '../target.ts'
import { knownVulnerabilities, printVulnerabilities, type TrackerOptions, trackerOption } from '../tracker.ts'
import { lineOf } from './lock.ts'

interface PlanOptions extends PrepareOptions, TargetOptions, TrackerOptions {}

/** `pibake plan SPEC TARGET` */
export function addPlan(program: Command, run: Run): void {
  const command = program
    .command('plan')
    .description('show every path that would change, and why; touches nothing')
    .argument('<spec>', 'the spec file')
    .option('--accept-lockout', 'show the plan even if it locks the owner out')
  common(trackerOption(packageOptions(targetOptions(command)))).action(
    run(async (io: Io, spec: string, options: PlanOptions): Promise<ExitCode> => {
      const prepared = await prepare(io, spec, { ...options, carry: 'try' }, () => openTarget(options))
      if (typeof prepared === 'number') return prepared
      const { target, plan } = prepared
      const changes = changesOf(target, plan.operations)
      const vulnerabilities = knownVulnerabilities(prepared, options.securityTracker)
      if (io.json) {
        printJson(io, { ...planDocument(prepared, changes), vulnerabilities: vulnerabilities ?? null })
        return EXIT.ok
      }
      printChanges(io, target, changes, { diffs: true })
      printRequests(io, plan, prepared.bundle)
      printVulnerabilities(io, vulnerabilities)
      printNotes(io, plan.notes)
      io.stdout.write(`\n${loginCard(prepared, target.root).join('\n')}\n`)
      return EXIT.ok
    }),
  )
}

function printRequests(io: Io, plan: Plan, bundle: Bundle | undefined): void {
  const units = plan.units.map((unit) => `${unit.state} ${unit.unit}  (${originText(unit.origin)})`)
  const packages = plan.packages.map((p) => `${p.action} ${p.name}  (${originText(p.origin)})`)
  const carried = bundle?.lock.packages.map(lineOf) ?? []
  const parts = { Units: units, 'Packages at the first start': packages, 'Packages carried in the image': carried }
  for (const [title, lines] of Object.entries(parts)) {
    if (lines.length > 0) io.stdout.write(`\n${title}\n${lines.map((line) => `  ${visible(line)}\n`).join('')}`)
  }
}

function planDocument(prepared: Prepared, changes: readonly Change[]): { schema: string } & Record<string, unknown> {
  const { plan, verdict, inventory, target } = prepared
  return {
    schema: 'pibake.plan/1',
    digest: plan.digest,
    image: imageFacts(inventory),
    changes: changes.map((change) => changeFacts(target, change)),
    units: plan.units,
    packages: plan.packages,
    carried: prepared.bundle?.lock.packages ?? null,
    notes: plan.notes,
    access: verdict,
    problems: problemFacts(prepared.problems, prepared.locate),
    hostKeys: hostKeyFacts(prepared.hostKeys),
  }
}
