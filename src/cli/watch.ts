import { type Command, Option } from 'commander'
import { visible } from '../base/encode/visible.ts'
import { PackageError } from '../write/packages/errors.ts'
import { readSbom } from '../write/packages/read-sbom.ts'
import { type Vulnerability, vulnerabilitiesOf } from '../write/packages/vulnerabilities.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { printLines } from './print.ts'
import { readText, readTracker, vulnerabilityLine } from './tracker.ts'

interface WatchOptions {
  readonly securityTracker: string
  readonly failOn: 'fixed' | 'open'
}

/** `pibake watch SBOM --security-tracker FILE` */
export function addWatch(program: Command, run: Run): void {
  const command = program
    .command('watch')
    .usage('SBOM --security-tracker FILE [options]')
    .summary('what has become vulnerable since an image was baked')
    .description(
      'Holds the SBOM that bake has left beside an image against the data of the security tracker of today: which packages of the image have a vulnerability that an upgrade closes, and which have one without a fix.',
    )
    .argument('<sbom>', 'IMAGE.spdx.json or IMAGE.cdx.json')
    .requiredOption('--security-tracker <file>', "the JSON data of Debian's security tracker")
    .addOption(
      new Option('--fail-on <kind>', 'exit code 4 for what is fixed in a later version, or for what is open as well')
        .choices(['fixed', 'open'])
        .default('fixed'),
    )
    .addHelpText(
      'after',
      examples(['pibake watch kit.img.spdx.json --security-tracker tracker.json', 'once a day: is it time to bake?']),
    )
    .addHelpText('after', '\nExit codes: 0 nothing, 1 a file cannot be read, 4 something is vulnerable.')
  common(command).action(run((io, sbom: string, options: WatchOptions) => watch(io, sbom, options)))
}

function watch(io: Io, file: string, { securityTracker, failOn }: WatchOptions): ExitCode {
  const sbom = readSbom(readText(file))
  if ('failure' in sbom) throw new PackageError(`${file} is not the SBOM of an image: ${sbom.failure}`)
  const tracker = readTracker(securityTracker, sbom.release)
  const found = vulnerabilitiesOf(sbom.packages, tracker, sbom.release)
  const fixed = found.filter((one) => one.fixed !== undefined)
  // What Debian calls so is not a vulnerability of the package as it is used.
  const open = found.filter((one) => one.fixed === undefined && one.urgency !== 'unimportant')
  if (io.json) printJson(io, { schema: 'pibake.watch/1', release: sbom.release, fixed, open })
  else printLines(io, report(sbom.release, sbom.packages.length, fixed, open))
  return fixed.length > 0 || (failOn === 'open' && open.length > 0) ? EXIT.drift : EXIT.ok
}

function report(
  release: string,
  packages: number,
  fixed: readonly Vulnerability[],
  open: readonly Vulnerability[],
): string[] {
  const part = (title: string, found: readonly Vulnerability[]) =>
    found.length === 0 ? [] : ['', title, ...found.map((one) => vulnerabilityLine(one))]
  return [
    visible(`${packages} packages of ${release}`),
    ...part('An upgrade closes', fixed),
    ...part('Without a fix', open),
    '',
    `${fixed.length} that an upgrade closes, ${open.length} without a fix.`,
    ...(fixed.length === 0 ? [] : ['next: pibake lock SPEC --image BASE --update, then bake again']),
  ]
}
