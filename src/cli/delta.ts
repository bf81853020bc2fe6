import type { Command } from 'commander'
import { visible } from '../base/encode/visible.ts'
import { applyDelta } from '../write/delta/apply-delta.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { interruptible } from './interrupt.ts'
import { type Io, printJson } from './io.ts'
import { cardCommand, nextLines } from './next.ts'
import { assertPlace, isSameFile } from './output-place.ts'
import { printLines } from './print.ts'
import { progress } from './progress.ts'
import { UsageError } from './usage-error.ts'

interface DeltaOptions {
  readonly base: string
  readonly output: string
}

const EXAMPLES = examples([
  'pibake delta apply kits/devices/kit-07.delta --base base.img.xz -o kit-07.img',
  'an image of a device',
])

/** `pibake delta apply DELTA --base BASE -o OUT` */
export function addDelta(program: Command, run: Run): void {
  const delta = program
    .command('delta')
    .usage('apply DELTA --base BASE -o OUT [options]')
    .summary('make a whole image of a delta of a fleet')
    .description('What pibake fleet --format delta makes: the blocks in which a device differs from the base.')
    .addHelpText('after', EXAMPLES)
  const command = delta
    .command('apply')
    .usage('DELTA --base BASE -o OUT [options]')
    .description(
      'Makes a whole image of BASE and DELTA. Before anything is written both are held against the digests in DELTA, and ' +
        'OUT is read back and held against its own. BASE is the one of the fleet, packed in any way or not at all.',
    )
    .argument('<delta>', 'the delta of a device')
    .requiredOption('--base <base>', 'the image that the fleet was made from')
    .requiredOption('-o, --output <file>', 'what to make: .img, .img.xz, .img.zst, .img.gz')
    .addHelpText('after', EXAMPLES)
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 3 base or delta refused, 75 no space, 130 interrupted.')
  common(command).action(run((io, file: string, options: DeltaOptions) => apply(io, file, options)))
}

async function apply(io: Io, delta: string, { base, output }: DeltaOptions): Promise<ExitCode> {
  assertPlace(output, '--output')
  if (!/\.img(\.(xz|zst|gz))?$/i.test(output)) {
    throw new UsageError(`--output ${output}: its name does not say of what kind it is to be`, 'give .img or .img.xz')
  }
  if ([base, delta].some((from) => isSameFile(from, output))) {
    throw new UsageError('BASE and DELTA are never written: give another name for the output')
  }
  return interruptible(async (signal) => {
    const shown = (title: string, total: number | undefined) => progress(io, title, total)
    const { bytes, result } = await applyDelta({ delta, base, out: output }, { signal, progress: shown })
    if (io.json) printJson(io, { schema: 'pibake.delta-apply/1', output, bytes, digest: result })
    else {
      const card = cardCommand(output)
      printLines(io, [
        visible(`Made ${output} and read it back; fs-verity ${result}`),
        ...nextLines(io, card === undefined ? [] : [['next', card]]),
      ])
    }
    return EXIT.ok
  })
}
