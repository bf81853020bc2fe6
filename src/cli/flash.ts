import type { Command } from 'commander'
import { shellWord } from '../base/encode/shell-word.ts'
import { visible } from '../base/encode/visible.ts'
import { isTar } from '../storage/tar/tar-name.ts'
import type { PartitionChoice } from '../write/apply/choose-partitions.ts'
import { assertLargeEnough } from '../write/flash/device-guards.ts'
import type { Device } from '../write/flash/devices.ts'
import { FlashJob, type PlannedFlash } from '../write/flash/flash-job.ts'
import { accessOptions } from './access-options.ts'
import { type CardOptions, chooseCards } from './choose-cards.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { interruptible } from './interrupt.ts'
import { type Io, printJson } from './io.ts'
import { nextLines } from './next.ts'
import { packageOptions } from './package-options.ts'
import { partitionOptions } from './partition-options.ts'
import { type PrepareOptions, prepare } from './prepare.ts'
import { printLines } from './print.ts'
import { progress } from './progress.ts'
import { runPlan, timeText } from './run-plan.ts'
import { specOptions } from './spec-options.ts'
import { assertNotSwapped } from './swapped.ts'
import { type TrackerOptions, trackerOption } from './tracker.ts'
import { UsageError } from './usage-error.ts'
import { type ViewOptions, viewOptions } from './view-options.ts'
import { writeCards } from './write-cards.ts'

interface FlashOptions extends CardOptions, PrepareOptions, PartitionChoice, TrackerOptions, ViewOptions {
  readonly knownHosts?: string
  readonly delta?: string
}

/** `pibake flash SPEC BASE --to DEVICE`, `pibake flash IMAGE --to DEVICE`, `pibake flash BASE --delta DELTA --to DEVICE` */
export function addFlash(program: Command, run: Run): void {
  const command = program
    .command('flash')
    .usage('(SPEC BASE | IMAGE | BASE --delta DELTA) --to DEVICE [options]')
    .summary('write a card, with the plan applied, and read it back')
    .description(
      'Writes an image to one card or several, and reads back past the cache what was written. With SPEC, the plan is applied ' +
        'on the way, and the device is proved as by bake. A card is finished only when all of it was read back: until then ' +
        'it has no partition table. Without --to it lists the cards that are there.',
    )
    .argument('<files...>', 'the spec file and the image, or an image alone; packed or not')
    .optionsGroup('Cards:')
    .option('--to <device>', 'the card, e.g. /dev/sdb; again for each further one', collect)
    .option('--yes', 'do not ask whether the card may be overwritten')
    .option('--unmount', 'unmount what is mounted of the card')
    .option('--force-device <serial>', 'take a disk that is not removable, if it has this serial', collect)
    .optionsGroup('Image:')
    .option('--delta <file>', 'lay this delta of a fleet over the image on the way')
    .option('--allow-booted', 'take a base that has been started before')
    .option('--known-hosts <file>', 'where baked host keys are noted; without it, HOSTNAME.known_hosts beside the spec')
    .addHelpText(
      'after',
      examples(
        ['sudo pibake flash pibake.yaml base.img.xz --to /dev/sdb', 'a hardened card of a stock image'],
        ['sudo pibake flash kit.img.xz --to /dev/sdb --to /dev/sdc', 'an image that was baked, onto two cards'],
        ['sudo pibake flash base.img.xz --delta kits/devices/kit-07.delta --to /dev/sdb', 'a device of a fleet'],
        ['pibake flash kit.img.xz', 'the cards that are there'],
      ),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a card failed, 2 invalid spec, 3 card or base refused, 5 lock-out, 75 no space, 130 interrupted.',
    )
  partitionOptions(command)
  viewOptions(accessOptions(trackerOption(specOptions(packageOptions(command)))))
  common(command, ['verbose', 'input']).action(
    run((io, files: string[], options: FlashOptions) => flash(io, files, options)),
  )
}

const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

async function flash(io: Io, files: readonly string[], options: FlashOptions): Promise<ExitCode> {
  const [first = '', second, ...more] = files
  if (more.length > 0) throw new UsageError('too many files', 'give SPEC and BASE, or an image alone')
  const [spec, image] = second === undefined ? [undefined, first] : [first, second]
  const command = (...words: readonly string[]) => ['sudo pibake flash', ...words.map(shellWord)].join(' ')
  if (spec !== undefined) assertNotSwapped(spec, image, (one, other) => command(one, other))
  if (spec === undefined && /\.ya?ml$/i.test(image)) {
    throw new UsageError('the image is missing', command(image, 'BASE', '--to', 'DEVICE'))
  }
  if (isTar(image)) {
    throw new UsageError(`${image} is an archive of a root file system, and a card holds an image`, 'give a .img')
  }
  const { delta } = options
  const deltaWords = delta === undefined ? [] : ['--delta', delta]
  if (delta !== undefined && spec !== undefined) {
    throw new UsageError('a spec and --delta: a delta has a spec applied already', command(image, ...deltaWords))
  }
  const devices = await chooseCards(io, options, (...words) => command(...files, ...deltaWords, ...words))
  return spec === undefined ? flashImage(io, image, devices, options) : flashPlanned(io, spec, image, devices, options)
}

/** The image as it is, or with a delta. */
function flashImage(io: Io, path: string, devices: readonly Device[], options: FlashOptions): Promise<ExitCode> {
  return interruptible(async (signal) => {
    const job = await openJob(io, path, devices, options, signal)
    try {
      const start = performance.now()
      const { delta } = options
      const shown = (title: string, total: number | undefined) => progress(io, title, total)
      const image = delta === undefined ? job.asItIs() : await job.withDelta(delta, { signal, progress: shown })
      const { facts, exit = EXIT.ok, says, next } = await writeCards(io, image, devices, options, signal)
      if (io.json) printJson(io, { schema: 'pibake.flash/1', ...facts })
      else printLines(io, [...says(timeText(performance.now() - start)).map(visible), '', ...nextLines(io, next)])
      return exit
    } finally {
      job.close()
    }
  })
}

/** The image with the plan applied. */
function flashPlanned(
  io: Io,
  specFile: string,
  path: string,
  devices: readonly Device[],
  options: FlashOptions,
): Promise<ExitCode> {
  const { knownHosts, securityTracker, all, diff } = options
  return interruptible(async (signal) => {
    const opened: { job?: FlashJob; planned?: PlannedFlash } = {}
    try {
      const settings = { ...options, makeHostKeys: true, carry: 'must', isReported: true } as const
      const prepared = await prepare(io, specFile, settings, async () => {
        opened.job = await openJob(io, path, devices, options, signal)
        opened.planned = opened.job.planned()
        return opened.planned.target
      })
      if (typeof prepared === 'number') return prepared
      const { epoch, plan } = prepared
      const delivery = { command: 'flash', specFile, knownHosts, securityTracker, all, diff } as const
      return await runPlan(io, prepared, delivery, (changes) => {
        const image = opened.planned?.edit(changes, { epoch, operations: plan.operations })
        if (image === undefined) throw new Error('a plan without an image')
        return writeCards(io, image, devices, options, signal)
      })
    } finally {
      opened.job?.close()
    }
  })
}

/** What is too small is refused before anything is written anywhere. */
async function openJob(
  io: Io,
  path: string,
  devices: readonly Device[],
  options: FlashOptions,
  signal: AbortSignal,
): Promise<FlashJob> {
  const shown = (title: string, total: number | undefined) => progress(io, title, total)
  const job = await FlashJob.open(path, options, { signal, progress: shown })
  try {
    for (const device of devices) assertLargeEnough(device, job.size)
    return job
  } catch (error) {
    job.close()
    throw error
  }
}
