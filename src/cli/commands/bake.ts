import { existsSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { deliverOutput, type Output, readBaseBmap } from '../../bake/deliver-output.ts'
import { isTar } from '../../bake/open.ts'
import { manifestOf } from '../../emit/manifest.ts'
import { assertCanSign } from '../../emit/sign.ts'
import { readSums } from '../../emit/sums.ts'
import { toolDigest, toolVersion } from '../../emit/tool.ts'
import { hostnameOf } from '../../inspect/hostname.ts'
import type { Change } from '../../plan/state.ts'
import { sourceDateEpoch } from '../clock.ts'
import { common, type Run } from '../command.ts'
import { deliver } from '../deliver.ts'
import { imageFacts } from '../documents.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { type Io, say } from '../io.ts'
import { packageOptions } from '../package-options.ts'
import type { Prepared, PrepareOptions } from '../prepare.ts'
import { sbomFacts } from '../sbom-facts.ts'
import { type TrackerOptions, trackerOption } from '../tracker.ts'
import { withBakery } from '../with-bakery.ts'

interface BakeOptions extends PrepareOptions, TrackerOptions {
  readonly output: string
  readonly bootTar?: string
  readonly bootOutput?: string
  readonly knownHosts?: string
  readonly sign?: string
  readonly urlBase?: string
  /** `--no-checksums`: false. */
  readonly checksums: boolean
}

/** `pibake bake SPEC BASE -o OUT` */
export function addBake(program: Command, run: Run): void {
  common(trackerOption(packageOptions(program.command('bake'))))
    .summary('copy an image or a root file system with the plan applied')
    .description(
      'Copies BASE to OUT with the plan applied, and reads it back. BASE is never written. By their names: .img, .img.xz, ' +
        '.img.zst, .img.gz, any to any; or .tar, .tar.xz, .tar.zst, .tar.gz, any to any.',
    )
    .argument('<spec>', 'the spec file')
    .argument('<base>', 'the image, or the archive of the root file system')
    .requiredOption('-o, --output <file>', 'what to make; beside it lie its manifest, checksums and provenance')
    .option('--boot-tar <file>', 'the boot partition, where it is an archive of its own')
    .option('--boot-output <file>', 'what becomes of it, in the same folder as the output')
    .option('--allow-booted', 'take a base that has been started before')
    .option('--accept-lockout', 'bake even if it locks the owner out')
    .option('--known-hosts <file>', 'where baked host keys are noted; without it, HOSTNAME.known_hosts beside the spec')
    .option('--sign <key>', 'sign SHA256SUMS with this SSH key')
    .option('--url-base <url>', 'where OUT will be fetched from, for Raspberry Pi Imager')
    .option(
      '--no-checksums',
      'leave out all that needs the whole base and output to be read: only OUT and its manifest',
    )
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 invalid spec, 3 base refused, 5 lock-out, 75 no space.')
    .action(run((io, spec: string, base: string, options: BakeOptions) => bake(io, spec, base, options)))
}

async function bake(io: Io, specFile: string, base: string, options: BakeOptions): Promise<ExitCode> {
  const { output: out, checksums: isHashed, knownHosts, securityTracker } = options
  const wrong = misuse(base, options)
  if (wrong !== undefined) {
    io.stderr.write(`pibake: ${wrong}\n`)
    return EXIT.usage
  }
  const sign = options.sign === undefined ? undefined : { key: options.sign, interactive: io.interactive }
  if (sign !== undefined) await assertCanSign(sign)
  // Before the long work: a list that is somebody else's, a bmap that cannot be used.
  if (isHashed) readSums(dirname(out))
  const baseBmap = isHashed ? readBaseBmap(base) : undefined

  const settings = { ...options, route: { base, out, ...bootRoute(options) }, isHashed }
  return withBakery(io, specFile, settings, (bakery, prepared) =>
    deliver(io, prepared, { command: 'bake', specFile, knownHosts, securityTracker }, async (changes) => {
      const { epoch, plan } = prepared
      const baked = await bakery.bake(changes, { epoch, operations: plan.operations })
      const output = { ...outputOf(io, specFile, base, options, prepared, changes), baseBmap, sign }
      const written = await deliverOutput(baked, output)
      say(io, `baked ${out}: ${changes.length} paths changed, all read back`)
      return { output: out, files: written, sha256: baked.sha256 ?? null }
    }),
  )
}

/** What is wrong with the words of the command, if anything. */
function misuse(base: string, { output, bootTar, bootOutput, sign, checksums }: BakeOptions): string | undefined {
  if (isTar(base) !== isTar(output))
    return 'an image becomes an image, and an archive an archive: see the names of BASE and OUT'
  if ((bootTar === undefined) !== (bootOutput === undefined)) return '--boot-tar and --boot-output belong together'
  if (bootTar !== undefined && !isTar(base)) return '--boot-tar is for archives: an image has its boot partition in it'
  if (bootOutput !== undefined && dirname(resolve(bootOutput)) !== dirname(resolve(output))) {
    return '--boot-output has to be in the folder of --output: one SHA256SUMS is for both'
  }
  if (sign !== undefined && !checksums) return '--sign signs SHA256SUMS, which --no-checksums leaves out'
  for (const out of [output, bootOutput]) {
    if (out !== undefined && [base, bootTar].some((from) => from !== undefined && isSame(from, out))) {
      return 'BASE is never written: give another name for the output'
    }
  }
  return undefined
}

function isSame(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true
  if (!existsSync(a) || !existsSync(b)) return false
  const [first, second] = [statSync(a), statSync(b)]
  return first.dev === second.dev && first.ino === second.ino
}

function bootRoute({ bootTar, bootOutput }: BakeOptions) {
  return bootTar === undefined || bootOutput === undefined ? {} : { boot: { base: bootTar, out: bootOutput } }
}

function outputOf(
  io: Io,
  specFile: string,
  base: string,
  options: BakeOptions,
  prepared: Prepared,
  changes: readonly Change[],
): Omit<Output, 'baseBmap' | 'sign'> {
  const { plan, epoch, inventory, inputs, specDigest, spec } = prepared
  const host = hostnameOf(spec, inventory.root)
  return {
    base,
    out: options.output,
    manifest: manifestOf(changes, {
      version: toolVersion(),
      planDigest: plan.digest,
      specDigest,
      epoch,
      image: imageFacts(inventory),
    }),
    provenance: {
      spec: { name: basename(specFile), sha256: inputs.sha256, digest: specDigest },
      files: inputs.files,
      flags: { acceptLockout: options.acceptLockout ?? false, allowBooted: options.allowBooted ?? false },
      tool: { version: toolVersion(), digest: toolDigest() },
      epoch,
      sourceDateEpoch: sourceDateEpoch(io.env),
    },
    sbom: sbomFacts(prepared, basename(options.output)),
    imager: {
      urlBase: options.urlBase,
      name: `${host} (Raspberry Pi OS, ${inventory.release})`,
      description: `Made by pibake from ${basename(base)}`,
      image: inventory,
      epoch,
    },
  }
}
