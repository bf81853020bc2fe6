import type { Command } from 'commander'
import { visible } from '../base/encode/visible.ts'
import { MergeError, mergeParts } from '../write/fleet/merge.ts'
import { writeFleet } from '../write/fleet/run-records.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { fleetPlace } from './fleet-place.ts'
import { devicesProgress } from './fleet-report.ts'
import { interruptible } from './interrupt.ts'
import { type Io, printJson } from './io.ts'
import { printLines } from './print.ts'

/** `pibake fleet merge DIR` */
export function addFleetMerge(fleet: Command, run: Run): void {
  const command = fleet
    .command('merge')
    .usage('DIR [options]')
    .description(
      'Joins the parts that --shard has made in DIR, after all outputs were read: no device is missing, none is there twice, ' +
        'and each output is what its record says.',
    )
    .argument('<dir>', 'the folder of the fleet, with the parts of all jobs in it')
  common(command).action(run((io, folder: string) => merge(io, folder)))
}

async function merge(io: Io, place: string): Promise<ExitCode> {
  const { folder } = fleetPlace(place)
  return interruptible(async (signal) => {
    const shown = devicesProgress(io, 'devices read', undefined)
    try {
      const fleet = await mergeParts(folder, { signal, onProgress: (done) => shown.update(done) })
      const written = writeFleet(folder, fleet)
      if (io.json) printJson(io, { schema: 'pibake.fleet-merge/1', devices: fleet.devices.length, files: written })
      else
        printLines(io, [
          visible(`${fleet.devices.length} devices, none missing and none twice; wrote ${written.join(' ')}`),
        ])
      return EXIT.ok
    } catch (error) {
      if (!(error instanceof MergeError)) throw error
      io.stderr.write(visible(`pibake: ${error.message}`).concat('\n'))
      for (const fault of error.faults) io.stderr.write(`  ${visible(fault)}\n`)
      const { message, faults } = error
      if (io.json) printJson(io, { schema: 'pibake.failure/1', exit: EXIT.failed, message, faults })
      return EXIT.failed
    } finally {
      shown.done()
    }
  })
}
