import type { Command } from 'commander'
import { assertReadsBack } from '../../apply/read-back.ts'
import type { Workable } from '../../apply/workable.ts'
import { writeOverlay } from '../../emit/overlay-tar.ts'
import { visible } from '../../encode/visible.ts'
import type { Change } from '../../plan/state.ts'
import { common, type Run } from '../command.ts'
import { deliver } from '../deliver.ts'
import type { ExitCode } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { type Io, say } from '../io.ts'
import { packageOptions } from '../package-options.ts'
import { type PrepareOptions, prepare } from '../prepare.ts'
import { openTarget, openTargetToChange, type TargetOptions, targetOptions } from '../target.ts'
import { type TrackerOptions, trackerOption } from '../tracker.ts'

interface ApplyOptions extends PrepareOptions, TargetOptions, TrackerOptions {
  readonly overlay?: string
  readonly knownHosts?: string
}

/** `pibake apply SPEC TARGET` */
export function addApply(program: Command, run: Run): void {
  common(trackerOption(packageOptions(targetOptions(program.command('apply')))))
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
  const settings = { ...options, makeHostKeys: true, carry: 'must' } as const
  const { overlay, knownHosts, securityTracker } = options
  const delivery = { command: 'apply', specFile, knownHosts, securityTracker } as const
  if (overlay !== undefined) {
    const prepared = await prepare(io, specFile, settings, () => openTarget(options))
    if (typeof prepared === 'number') return prepared
    return deliver(io, prepared, delivery, async (changes) => {
      await writeOverlay(overlay, changes, { epoch: prepared.epoch })
      say(io, `wrote ${overlay}: ${changes.length} paths; the target is as it was`)
      return {}
    })
  }
  const prepared = await prepare(io, specFile, settings, () => openTargetToChange(io, options))
  if (typeof prepared === 'number') return prepared
  const { target, plan, epoch } = prepared
  return deliver(io, prepared, delivery, async (changes) => {
    await carryOut(io, target, changes, epoch)
    assertReadsBack(target, plan.operations)
    say(io, `applied: ${changes.length} paths changed, all read back`)
    return {}
  })
}

async function carryOut(io: Io, target: Workable, changes: readonly Change[], epoch: number): Promise<void> {
  const { warnings } = await interruptible((signal) => target.commit(changes, { epoch, signal }))
  for (const warning of warnings) io.stderr.write(`${visible(`warning: ${warning}`)}\n`)
}
