import { type Command, InvalidArgumentError, Option } from 'commander'
import { shellWord } from '../base/encode/shell-word.ts'
import { visible } from '../base/encode/visible.ts'
import { summary } from '../base/report/print.ts'
import { changesOf } from '../core/plan/changes.ts'
import { noteLines } from '../core/presentation/note-lines.ts'
import { loginCard } from '../core/presentation/print-access.ts'
import { headline, planLines } from '../core/presentation/print-plan.ts'
import { problemFacts } from '../core/presentation/problem-facts.ts'
import { isTar } from '../storage/tar/tar-name.ts'
import { fleetTarget } from '../write/fleet/fleet-base.ts'
import { FORMATS, type Format, type Layout } from '../write/fleet/layout.ts'
import { hasLayers } from '../write/fleet/oci-manifest.ts'
import { accessOptions } from './access-options.ts'
import { archiveOptions, misuseForImage } from './archive-options.ts'
import { today } from './clock.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type CheckedFleet, checkFleet } from './fleet-check.ts'
import { addFleetGc } from './fleet-gc.ts'
import type { FleetJob } from './fleet-job.ts'
import { addFleetMerge } from './fleet-merge.ts'
import { fleetPlace } from './fleet-place.ts'
import { devicesText } from './fleet-report.ts'
import { makeFleet } from './fleet-run.ts'
import { recipientsOf, type SealOptions, sealOptions } from './fleet-seal.ts'
import { type AskedShard, shardOf, shardOption } from './fleet-shard.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { nextLines } from './next.ts'
import { packageOptions } from './package-options.ts'
import { printPaged } from './pager.ts'
import { partitionOptions } from './partition-options.ts'
import { planDocument } from './plan-documents.ts'
import { prepareLoaded, refuse } from './prepare.ts'
import { printLines, problemLines } from './print.ts'
import { specOptions } from './spec-options.ts'
import { assertSpec } from './swapped.ts'
import { UsageError } from './usage-error.ts'

type JobOptions = FleetJob['options']

export interface FleetOptions extends JobOptions, SealOptions {
  readonly inventory?: string
  readonly base?: string
  readonly output?: string
  readonly format?: Format
  readonly only?: string
  readonly shard?: AskedShard
  readonly jobs?: number
}

/** `pibake fleet SPEC --inventory FILE --base BASE -o DIR` */
export function addFleet(program: Command, run: Run): void {
  const command = program
    .command('fleet')
    .usage(
      'SPEC --inventory FILE [--base BASE [-o DIR | --only ID]] [options]\npibake fleet merge DIR\npibake fleet gc DIR --inventory FILE',
    )
    .summary('make a device of each line of an inventory, from one spec and one base')
    .description(
      'Fills ${device.COLUMN} in the texts of SPEC from each line of the inventory, and makes all the devices: what is there ' +
        'already stays. Without -o nothing is written: all devices are checked, and --only ID with --base shows the plan of one.',
    )
    .argument('<spec>', 'the spec file')
    .optionsGroup('Devices:')
    .option('--inventory <file>', 'a line, or a section, for each device: .csv, .tsv, .yaml, .json')
    .option('--only <id>', 'this device alone; without -o its plan')
    .addOption(
      new Option('--shard <i/n>', 'of n parts the i-th, from 1; auto, or auto/n: as the job engine says').argParser(
        shardOption,
      ),
    )
    .optionsGroup('Base and output:')
    .option('--base <base>', 'the image, or the archive of the root file system, of all devices')
    .option('-o, --output <dir>', 'the folder of the fleet; oci:DIR: an OCI image layout for skopeo and oras')
    .addOption(
      new Option('--format <format>', 'what to make of each device; without it, what the base is').choices(FORMATS),
    )
    .option('--allow-booted', 'take a base that has been started before')
    .addOption(new Option('--jobs <n>', 'devices at a time; without it, one a core').argParser(jobsOption))
    .addHelpText(
      'after',
      examples(
        ['pibake fleet kit.yaml --inventory kits.csv', 'check all devices; nothing is written'],
        ['pibake fleet kit.yaml --inventory kits.csv --base base.img.xz --only kit-07', 'the plan of one device'],
        ['pibake fleet kit.yaml --inventory kits.csv --base base.img.xz -o kits', 'make them all'],
        [
          'pibake fleet kit.yaml --inventory kits.csv --base base.img -o kits --format overlay.tar',
          'what changes alone',
        ],
        [
          'pibake fleet kit.yaml --inventory kits.csv --base base.img.xz -o kits --format delta',
          'the blocks of the base that change alone',
        ],
        [
          'pibake fleet kit.yaml --inventory kits.csv --base base.img.xz -o kits --seal-to office.txt',
          'the private host keys for those of office.txt alone',
        ],
        [
          'pibake fleet kit.yaml --inventory kits.csv --base base.img.xz -o oci:kits',
          'an artifact for each device, to be copied to a registry: oras, skopeo',
        ],
        ['pibake fleet merge kits', 'join the parts that --shard has made'],
        ['pibake fleet gc kits --inventory kits.csv', 'what is left of devices that went'],
      ),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 all made, 1 some failed, 2 invalid spec or inventory, 3 base refused, 5 lock-out, 75 try again.',
    )
  archiveOptions(partitionOptions(sealOptions(command)))
  accessOptions(specOptions(packageOptions(command)))
  common(command).action(run((io, spec: string, options: FleetOptions) => fleet(io, spec, options)))
  addFleetMerge(command, run)
  addFleetGc(command, run)
}

async function fleet(io: Io, specFile: string, options: FleetOptions): Promise<ExitCode> {
  assertSpec(specFile)
  const { inventory, base, output, only } = options
  if (inventory === undefined)
    throw new UsageError('--inventory FILE is missing', 'a line for each device, the first with names: id,hostname')
  const place = output === undefined ? undefined : fleetPlace(output)
  const format = formatOf(options, place?.layout)
  const shard = shardOf(io, options.shard)
  const { recipients, problems: unsealable } = await recipientsOf(options, output)
  const checked = checkFleet(specFile, inventory, { ...options, mayAsk: io.interactive }, today(io.env))
  const { locate, excerpt, devices } = checked
  const problems = [...unsealable, ...checked.problems]
  if (problems.some(({ severity, lockout }) => severity === 'error' && !(options.acceptLockout && lockout))) {
    return refuse(io, problems, locate, excerpt)
  }
  const chosen = only === undefined ? devices : devices.filter(({ device }) => device.id === only)
  if (chosen.length === 0) throw new UsageError(`the inventory has no device '${only}'`)
  if (base === undefined) return checkedOnly(io, specFile, inventory, checked)
  if (place === undefined) {
    if (only === undefined) throw new UsageError('-o DIR is missing', 'or --only ID, for the plan of one device')
    return planOfOne(io, specFile, base, options, checked, only)
  }
  const run = {
    ...{ specFile, inventory, base, shard },
    place: { ...place, format },
    threads: options.jobs,
    sealing: { recipients, identity: options.identity },
    options: jobOptions(options),
  }
  return makeFleet(io, run, checked, new Set(chosen))
}

/** @throws UsageError when base, format, layout and flags do not fit each other */
function formatOf({ base, output, format, shard, only, ...reading }: FleetOptions, layout?: Layout): Format {
  if (base === undefined) {
    if (output !== undefined || format !== undefined) throw new UsageError('--base BASE is missing')
    return 'overlay.tar'
  }
  if (output === undefined && shard !== undefined) throw new UsageError('--shard is for what is made: -o DIR')
  const isArchive = isTar(base)
  const misuse = isArchive ? undefined : misuseForImage(reading)
  if (misuse !== undefined) throw new UsageError(misuse)
  if (format === undefined) return layout === 'oci' ? (isArchive ? 'overlay.tar' : 'delta') : ownFormat(base)
  if (layout === 'oci' && !hasLayers(format)) {
    throw new UsageError(
      `--format ${format}: an OCI layout has the base once, and of each device what changes`,
      '--format delta or overlay.tar; or -o DIR without oci:',
    )
  }
  if (format !== 'overlay.tar' && isArchive !== isTar(`x.${format}`)) {
    throw new UsageError('an image becomes an image, and an archive an archive', 'or --format overlay.tar')
  }
  return format
}

/** What the base is; a .zip has an image in it. */
function ownFormat(base: string): Format {
  const [, ending = ''] = /\.(?:(?:img|tar)\.)?(xz|zst|gz|txz|tzst|tgz)$/i.exec(base) ?? []
  const packing = ending.toLowerCase().replace(/^t/, '')
  const format = `${isTar(base) ? 'tar' : 'img'}${packing === '' ? '' : `.${packing}`}`
  return format as Format
}

function checkedOnly(
  io: Io,
  specFile: string,
  inventory: string,
  { problems, locate, excerpt, devices }: CheckedFleet,
): ExitCode {
  if (io.json) {
    const ids = devices.map(({ device }) => device.id)
    printJson(io, { schema: 'pibake.fleet-check/1', devices: ids, problems: problemFacts(problems, locate) })
    return EXIT.ok
  }
  const count = `${devicesText(devices.length)}, ${summary(problems)} in ${inventory} and ${specFile}`
  printLines(io, [...problemLines(io, problems, locate, excerpt), ...(io.quiet ? [] : [visible(count)])])
  const words = `pibake fleet ${shellWord(specFile)} --inventory ${shellWord(inventory)} --base BASE`
  printLines(io, nextLines(io, [['next', `${words} -o DIR    the plan of one device: --only ID in place of -o`]]))
  return EXIT.ok
}

async function planOfOne(
  io: Io,
  specFile: string,
  base: string,
  options: FleetOptions,
  { devices, load }: CheckedFleet,
  only: string,
): Promise<ExitCode> {
  const [found] = devices.filter(({ device }) => device.id === only)
  if (found === undefined) throw new Error('a device that is not there')
  const target = fleetTarget({ path: base, label: base }, options)
  const settings = { ...jobOptions(options), carry: 'try', isReported: true } as const
  const prepared = await prepareLoaded(io, specFile, load(found.device), settings, () => target)
  if (typeof prepared === 'number') return prepared
  const changes = changesOf(target, prepared.plan.operations)
  if (io.json) {
    printJson(io, { ...planDocument(prepared, changes), device: only })
    return EXIT.ok
  }
  printPaged(io, [
    headline(prepared, `${specFile} for ${only}`),
    '',
    ...planLines(io, prepared, changes, { all: false, diffs: false }),
    '',
    ...loginCard(prepared, target.root, io.screen),
    '',
    ...prepared.remarks,
    ...(io.quiet ? [] : noteLines(io, prepared.plan.notes)),
  ])
  return EXIT.ok
}

/** Those that decide what is made, and nothing else. */
function jobOptions(options: FleetOptions): JobOptions {
  const { confine, bundle, frozen, aptMirror, acceptLockout, acceptUnproved, allowBooted } = options
  const { rootPartition, bootPartition, strip, allowUnterminated } = options
  const given = {
    confine,
    bundle,
    frozen,
    aptMirror,
    acceptLockout,
    acceptUnproved,
    allowBooted,
    rootPartition,
    bootPartition,
    strip,
    allowUnterminated,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function jobsOption(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('give a number from 1.')
  return Number(text)
}
