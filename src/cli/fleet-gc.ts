import type { Command } from 'commander'
import { shellWord } from '../base/encode/shell-word.ts'
import { visible } from '../base/encode/visible.ts'
import { sizeText } from '../core/carried/bundle.ts'
import { isFleet, isSettled, leftoversOf, removeLeftovers } from '../write/fleet/leftovers.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { inventoryOf, locateIn } from './fleet-check.ts'
import { fleetPlace } from './fleet-place.ts'
import { devicesText } from './fleet-report.ts'
import { type Io, printJson } from './io.ts'
import { nextLines } from './next.ts'
import { refuse } from './prepare.ts'
import { printLines } from './print.ts'
import { UsageError } from './usage-error.ts'

interface GcOptions {
  readonly inventory?: string
  readonly yes?: boolean
}

/** `pibake fleet gc DIR` */
export function addFleetGc(fleet: Command, run: Run): void {
  const command = fleet
    .command('gc')
    .usage('DIR --inventory FILE [options]')
    .description(
      'Names what lies in DIR for devices that the inventory does not have any more: outputs, records, secrets. Nothing is ' +
        'removed without --yes.',
    )
    .argument('<dir>', 'the folder of the fleet')
    .option('--inventory <file>', 'the devices that stay')
    .option('--yes', 'remove what is named')
  common(command).action(run((io, folder: string, options: GcOptions) => gc(io, folder, options)))
}

function gc(io: Io, place: string, { inventory: file, yes = false }: GcOptions): ExitCode {
  if (file === undefined) throw new UsageError('--inventory FILE is missing', 'the devices that stay')
  const { folder } = fleetPlace(place)
  if (!isFleet(folder)) throw new UsageError(`${folder} is not the folder of a fleet`, 'what -o DIR named')
  if (!isSettled(folder))
    throw new UsageError(
      `the fleet in ${folder} is not whole: what its devices need is not known`,
      'pibake fleet, or pibake fleet merge, first',
    )
  const { devices: staying, problems } = inventoryOf(file)
  if (problems.some(({ severity }) => severity === 'error'))
    return refuse(io, problems, locateIn(file), () => undefined)
  const ids = new Set(staying.map(({ id }) => id))
  const leftovers = leftoversOf(folder, ids)
  if (yes) removeLeftovers(folder, ids, leftovers)
  if (io.json) {
    const files = leftovers.map((one) => ({ ...one, id: one.id ?? null }))
    printJson(io, { schema: 'pibake.fleet-gc/1', removed: yes, files })
    return EXIT.ok
  }
  const bytes = leftovers.reduce((sum, one) => sum + one.bytes, 0)
  const devices = devicesText(new Set(leftovers.flatMap(({ id }) => id ?? [])).size)
  const blobs = leftovers.filter(({ id }) => id === undefined).length
  const others = blobs === 0 ? '' : `, and of ${blobs} blob${blobs === 1 ? '' : 's'} that no device has`
  const again = ['pibake', 'fleet', 'gc', place, '--inventory', file, '--yes'].map(shellWord).join(' ')
  printLines(io, [
    ...leftovers.map((one) => visible(one.file)),
    visible(`${folder}: ${sizeText(bytes)} of ${devices} that ${file} does not have${others}${yes ? ', removed' : ''}`),
    ...(yes || leftovers.length === 0 ? [] : nextLines(io, [['next', again]])),
  ])
  return EXIT.ok
}
