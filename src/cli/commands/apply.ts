import { dirname } from 'node:path'
import type { Command } from 'commander'
import type { Workable } from '../../apply/workable.ts'
import { writeOverlay } from '../../emit/overlay-tar.ts'
import { visible } from '../../encode/visible.ts'
import { changesOf } from '../../plan/changes.ts'
import type { Change } from '../../plan/state.ts'
import { common, type Run } from '../command.ts'
import { changeFacts, hostKeyFacts, imageFacts, problemFacts } from '../documents.ts'
import { driftLines } from '../drift-lines.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { type Io, printJson, say } from '../io.ts'
import { knownHostsIn, saveKnownHosts } from '../known-hosts.ts'
import { type Prepared, type PrepareOptions, prepare } from '../prepare.ts'
import { loginCard } from '../print-access.ts'
import { printChanges } from '../print-changes.ts'
import { printNotes } from '../print-notes.ts'
import { openTarget, openTargetToChange, type TargetOptions, targetOptions } from '../target.ts'

interface ApplyOptions extends PrepareOptions, TargetOptions {
  readonly overlay?: string
  readonly knownHosts?: string
}

/** `pibake apply SPEC TARGET` */
export function addApply(program: Command, run: Run): void {
  common(targetOptions(program.command('apply')))
    .summary('carry out the plan, as one transaction, and read it back')
    .description('Plans, refuses what would lock the owner out, applies everything or nothing, and reads it back.')
    .argument('<spec>', 'the spec file')
    .option('--overlay <tar>', 'write the changed paths to a tar and leave the target alone; needs no root')
    .option('--known-hosts <file>', 'where baked host keys are noted; without it, HOSTNAME.known_hosts beside the spec')
    .option('--accept-lockout', 'apply even if it locks the owner out')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 invalid spec, 3 target refused, 5 lock-out, 75 no space.')
    .action(run((io, spec: string, options: ApplyOptions) => apply(io, spec, options)))
}

async function apply(io: Io, specFile: string, options: ApplyOptions): Promise<ExitCode> {
  const prepared = await prepare(io, specFile, { ...options, makeHostKeys: true }, () =>
    options.overlay === undefined ? openTargetToChange(io, options) : openTarget(options),
  )
  if (typeof prepared === 'number') return prepared
  const { spec, target, hostKeys } = prepared
  const isBaked = Object.keys(hostKeys).length > 0
  if (options.knownHosts !== undefined && !isBaked) {
    io.stderr.write('pibake: --known-hosts needs ssh.hostKeys: bake; else the device makes its keys itself\n')
    return EXIT.usage
  }
  // Before the target is changed, so that a file that cannot be written leaves it as it was.
  const knownHosts = knownHostsIn(dirname(specFile), spec, target.root, options.knownHosts)
  saveKnownHosts(knownHosts, hostKeys)
  const changes = changesOf(prepared.target, prepared.plan.operations)
  const document = receipt(prepared, changes)
  if (!io.json) printChanges(io, prepared.target, changes, { diffs: io.verbose })
  printNotes(io, prepared.plan.notes)
  if (options.overlay !== undefined) {
    await writeOverlay(options.overlay, changes, { epoch: prepared.epoch })
    say(io, `wrote ${options.overlay}: ${changes.length} paths; the target is as it was`)
  } else {
    await carryOut(io, prepared, changes)
    const left = changesOf(prepared.target, prepared.plan.operations)
    if (left.length > 0) {
      io.stderr.write(`pibake: what was written does not read back:\n${driftLines(left).join('\n')}\n`)
      return EXIT.failed
    }
    say(io, `applied: ${changes.length} paths changed, all read back`)
  }
  if (isBaked) say(io, `the host keys are noted in ${knownHosts.file}`)
  if (io.json) printJson(io, { ...document, knownHosts: isBaked ? knownHosts.file : null })
  else io.stdout.write(`\n${loginCard(prepared, target.root).join('\n')}\n`)
  return EXIT.ok
}

async function carryOut(io: Io, { target, epoch }: Prepared<Workable>, changes: readonly Change[]): Promise<void> {
  const { warnings } = await interruptible((signal) => target.commit(changes, { epoch, signal }))
  for (const warning of warnings) io.stderr.write(`${visible(`warning: ${warning}`)}\n`)
}

/** Made before anything is written: the diffs are against what is there then. */
function receipt(prepared: Prepared, changes: readonly Change[]) {
  const { plan, inventory, verdict, target, hostKeys } = prepared
  return {
    schema: 'pibake.apply/1',
    digest: plan.digest,
    image: imageFacts(inventory),
    changes: changes.map((change) => changeFacts(target, change)),
    notes: plan.notes,
    access: verdict,
    hostKeys: hostKeyFacts(hostKeys),
    problems: problemFacts(prepared.problems, prepared.locate),
  }
}
