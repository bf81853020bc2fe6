import { rmSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { shellWord } from '../base/encode/shell-word.ts'
import type { Change } from '../core/plan/state.ts'
import { changesText } from '../core/presentation/print-changes.ts'
import type { Baked } from '../write/bake/bake-job.ts'
import { placeOutput, readBaseBmap } from '../write/bake/place-output.ts'
import { assertCanSign } from '../write/emit/sign.ts'
import { readSums } from '../write/emit/sums.ts'
import { accessOptions } from './access-options.ts'
import { archiveOptions } from './archive-options.ts'
import { outputOf } from './bake-facts.ts'
import { assertUsage, type BakeWords } from './bake-usage.ts'
import { common, type Run } from './command.ts'
import type { ExitCode } from './exit.ts'
import { examples } from './help.ts'
import type { Io } from './io.ts'
import { cardCommand, freeName, pibakeCommand } from './next.ts'
import { packageOptions } from './package-options.ts'
import { partitionOptions } from './partition-options.ts'
import type { PrepareOptions } from './prepare.ts'
import { type Done, runPlan } from './run-plan.ts'
import { specOptions } from './spec-options.ts'
import { STDOUT, streamedFrom, streamFile } from './stdout-output.ts'
import { assertNotSwapped } from './swapped.ts'
import { type TrackerOptions, trackerOption } from './tracker.ts'
import { type ViewOptions, viewOptions } from './view-options.ts'
import { withBakeJob } from './with-bake.ts'

interface BakeOptions extends BakeWords, PrepareOptions, TrackerOptions, ViewOptions {
  readonly knownHosts?: string
  readonly trustBase?: boolean
}

/** `pibake bake SPEC BASE -o OUT` */
export function addBake(program: Command, run: Run): void {
  const command = program
    .command('bake')
    .usage('SPEC BASE -o OUT [options]')
    .summary('copy an image or a root file system with the plan applied')
    .description(
      'Copies BASE to OUT with the plan applied, and reads it back. BASE is never written. By their names: .img, .img.xz, ' +
        '.img.zst, .img.gz, any to any, from a .zip with one image too; or .tar, .tar.xz, .tar.zst, .tar.gz, any to any. OUT - is standard output: the ' +
        'unpacked image or archive, and nothing beside it.',
    )
    .argument('<spec>', 'the spec file')
    .argument('<base>', 'the image, or the archive of the root file system')
    .optionsGroup('Base and output:')
    .requiredOption(
      '-o, --output <file>',
      'what to make; beside it lie its manifest, checksums and provenance; - is standard output',
    )
    .option('--boot-tar <file>', 'the boot partition, where it is an archive of its own')
    .option('--boot-output <file>', 'what becomes of it, in the same folder as the output')
    .option('--allow-booted', 'take a base that has been started before')
    .option('--known-hosts <file>', 'where baked host keys are noted; without it, HOSTNAME.known_hosts beside the spec')
    .option('--sign <key>', 'sign SHA256SUMS with this SSH key')
    .option('--url-base <url>', 'where OUT will be fetched from, for Raspberry Pi Imager')
    .option('--trust-base', 'do not check the blocks of a packed BASE that are carried over as they are')
    .option(
      '--no-checksums',
      'leave out all that needs the whole base and output to be read: only OUT and its manifest',
    )
    .addHelpText(
      'after',
      examples(
        ['pibake bake pibake.yaml base.img.xz -o kit.img.xz', 'an image, packed as it was'],
        ['pibake bake pibake.yaml base.img.xz -o kit.img --no-checksums', 'unpacked, and as fast as can be'],
        ['pibake bake pibake.yaml rootfs.tar.zst -o kit.tar.zst', 'an archive of a root file system'],
        ['pibake bake pibake.yaml rootfs.tar -o - | ssh build docker import - kit', 'for a program that reads it'],
      ),
    )
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 invalid spec, 3 base refused, 5 lock-out, 75 no space.')
  archiveOptions(partitionOptions(command))
  viewOptions(accessOptions(trackerOption(specOptions(packageOptions(command)))))
  common(command, ['verbose', 'input']).action(
    run((io, spec: string, base: string, options: BakeOptions) => bake(io, spec, base, options)),
  )
}

async function bake(io: Io, specFile: string, base: string, options: BakeOptions): Promise<ExitCode> {
  const { output, checksums, trustBase = false, knownHosts, securityTracker, all, diff } = options
  const command = (spec: string, image: string, out: string) => pibakeCommand('bake', [spec, image, '-o', out], options)
  assertNotSwapped(specFile, base, (spec, image) => command(spec, image, output))
  assertUsage(base, options, () => command(specFile, base, freeName('pibake', base)))
  const isStreamed = output === STDOUT
  const out = isStreamed ? streamedFrom(base) : output
  const isHashed = checksums && !isStreamed
  const sign = options.sign === undefined ? undefined : { key: options.sign, interactive: io.interactive }
  if (sign !== undefined) await assertCanSign(sign)
  // Before the long work: a list that is somebody else's, a bmap that cannot be used.
  if (isHashed) readSums(dirname(out))
  const baseBmap = isHashed && trustBase ? readBaseBmap(base) : undefined

  const route = { base, out, choice: options, reading: options, ...bootRoute(options) }
  const settings = { ...options, route, isHashed, trustBase, isReported: true }
  return withBakeJob(io, specFile, settings, (job, prepared, signal) =>
    runPlan(io, prepared, { command: 'bake', specFile, knownHosts, securityTracker, all, diff }, async (changes) => {
      const { epoch, plan } = prepared
      const baked = await job.bake(changes, { epoch, operations: plan.operations })
      if (isStreamed) return streamed(baked, changes, signal)
      const output = { ...outputOf(io, specFile, base, options, prepared, changes, baked), baseBmap, sign }
      const written = await placeOutput(baked, output)
      return {
        facts: { output: out, files: written, sha256: baked.sha256 ?? null },
        says: (time) => [
          bakedText(out, baked, changes, time),
          `Beside it: ${written
            .filter((file) => resolve(file) !== resolve(out))
            .map((file) => basename(file))
            .join(' ')}`,
        ],
        next: stepsAfter(specFile, options),
      }
    }),
  )
}

/** Gives the output to who reads it; what would lie beside it is not made. */
async function streamed(baked: Baked, changes: readonly Change[], signal: AbortSignal): Promise<Done> {
  await streamFile(baked.file, signal).finally(() => rmSync(baked.file, { force: true }))
  return {
    facts: { output: STDOUT, files: [], sha256: null },
    says: (time) => [
      bakedText('to standard output', baked, changes, time),
      'Not made, for they are named after the output: manifest, SHA256SUMS, provenance and what else lies beside it',
    ],
    next: [],
  }
}

function bakedText(what: string, baked: Baked, changes: readonly Change[], time: string): string {
  return `Baked ${what}: ${changesText(changes.length)} in ${time}; all read back${BASE_BYTES[baked.baseBytes ?? 'unknown']}.`
}

/** What was done about the base's own check sums. */
const BASE_BYTES = {
  checked: '; all of BASE was checked',
  trusted: '; what BASE has unchanged was not checked (--trust-base)',
  unknown: '',
}

/** What was made is held against the spec once more, and goes onto a card; an archive is unpacked where it is wanted. */
function stepsAfter(specFile: string, { output, ...options }: BakeOptions): Done['next'] {
  const card = cardCommand(output)
  if (card === undefined) return [['next', `sudo tar --numeric-owner -xpf ${shellWord(output)} -C ROOT`]]
  return [
    ['next', pibakeCommand('verify', [specFile], { ...options, image: output })],
    ['then', card],
  ]
}

function bootRoute({ bootTar, bootOutput }: BakeOptions) {
  return bootTar === undefined || bootOutput === undefined ? {} : { boot: { base: bootTar, out: bootOutput } }
}
