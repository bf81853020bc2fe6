import { type Command, Option } from 'commander'
import { shellWord } from '../base/encode/shell-word.ts'
import { changesText, NOTHING } from '../core/presentation/print-changes.ts'
import { MountedTarget } from '../write/apply/mounted-target.ts'
import { assertReadsBack } from '../write/apply/read-back.ts'
import { writeOverlay } from '../write/emit/overlay-tar.ts'
import { accessOptions } from './access-options.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { interruptible } from './interrupt.ts'
import type { Io } from './io.ts'
import { findMountedCard, offerUnmount } from './mounted-card.ts'
import { cardCommand, pibakeCommand, umountCommand } from './next.ts'
import { assertPlace } from './output-place.ts'
import { packageOptions } from './package-options.ts'
import { type PrepareOptions, prepare } from './prepare.ts'
import { type Done, runPlan } from './run-plan.ts'
import { specOptions } from './spec-options.ts'
import { openTarget, openTargetToChange, TARGET, type TargetOptions, targetOptions } from './target.ts'
import { type TrackerOptions, trackerOption } from './tracker.ts'
import { type ViewOptions, viewOptions } from './view-options.ts'

interface ApplyOptions extends PrepareOptions, TargetOptions, TrackerOptions, ViewOptions {
  readonly overlay?: string
  readonly knownHosts?: string
  readonly yes?: boolean
}

/** `pibake apply SPEC TARGET` */
export function addApply(program: Command, run: Run): void {
  const command = program
    .command('apply')
    .usage(`SPEC ${TARGET.replace(')', ' | --auto)')} [options]`)
    .summary('carry out the plan, as one transaction, and read it back')
    .description('Plans, refuses what would lock the owner out, applies everything or nothing, and reads it back.')
    .argument('<spec>', 'the spec file')
    .optionsGroup('Output:')
    .option('--overlay <tar>', 'write the changed paths to a tar and leave the target alone; needs no root')
    .option('--known-hosts <file>', 'where baked host keys are noted; without it, HOSTNAME.known_hosts beside the spec')
    .addHelpText(
      'after',
      examples(
        ['sudo pibake apply pibake.yaml --boot boot --root root', 'a card whose partitions are mounted there'],
        ['sudo pibake apply pibake.yaml --auto', 'the card that the desktop has mounted'],
        ['pibake apply pibake.yaml --image kit.img', 'an image file, in place; without root'],
        ['pibake apply pibake.yaml --boot boot --root root --overlay overlay.tar', 'the changed paths as a tar'],
      ),
    )
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 invalid spec, 3 target refused, 5 lock-out, 75 no space.')
  targetOptions(command)
    .addOption(
      new Option('--auto', 'find the card whose two partitions are mounted, show it, and ask').conflicts([
        'root',
        'boot',
        'image',
        'overlay',
      ]),
    )
    .option('--yes', 'with --auto: do not ask')
  viewOptions(accessOptions(trackerOption(specOptions(packageOptions(command)))))
  common(command, ['verbose', 'input']).action(
    run((io, spec: string, options: ApplyOptions) => (options.auto ? applyToCard : apply)(io, spec, options)),
  )
}

/** The card that a desktop has mounted. */
async function applyToCard(io: Io, specFile: string, options: ApplyOptions): Promise<ExitCode> {
  const card = await findMountedCard(io, options.yes === true)
  const done = await apply(io, specFile, { ...options, ...card })
  if (done === EXIT.ok && options.yes !== true) await offerUnmount(io, card)
  return done
}

async function apply(io: Io, specFile: string, options: ApplyOptions): Promise<ExitCode> {
  const settings = { ...options, makeHostKeys: true, carry: 'must', isReported: true } as const
  const { overlay, knownHosts, securityTracker, all, diff } = options
  const delivery = { command: 'apply', specFile, knownHosts, securityTracker, all, diff } as const
  const verify = pibakeCommand('verify', [specFile], options)
  if (overlay !== undefined) {
    assertPlace(overlay, '--overlay')
    const prepared = await prepare(io, specFile, settings, () => openTarget(options))
    if (typeof prepared === 'number') return prepared
    return runPlan(io, prepared, delivery, async (changes) => {
      writeOverlay(overlay, changes, { epoch: prepared.epoch })
      return {
        says: (time) => [`Wrote ${overlay}: ${changes.length} paths in ${time}; the target is as it was.`],
        next: [['next', `tar -tvf ${shellWord(overlay)}`]],
      }
    })
  }
  const prepared = await prepare(io, specFile, settings, () => openTargetToChange(io, options))
  if (typeof prepared === 'number') return prepared
  const { target, plan, epoch } = prepared
  const done = await runPlan(io, prepared, delivery, async (changes) => {
    const { warnings } = await interruptible((signal) => target.commit(changes, { epoch, signal }))
    assertReadsBack(target, plan.operations)
    return {
      says: (time) => [
        changes.length === 0 ? NOTHING : `Applied ${changesText(changes.length)} in ${time}; all read back.`,
      ],
      warnings,
      next: stepsAfter(verify, options),
    }
  })
  if (target instanceof MountedTarget) target.close()
  return done
}

/** The card is taken out, or the image is written to one; what was done can be looked at any time. */
function stepsAfter(verify: string, options: TargetOptions): Done['next'] {
  const out = options.image === undefined ? umountCommand(options) : cardCommand(options.image)
  if (out === undefined) return [['next', verify]]
  return options.image === undefined
    ? [
        ['next', out],
        ['later', verify],
      ]
    : [
        ['next', verify],
        ['then', out],
      ]
}
