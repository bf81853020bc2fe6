import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { writeAtomically } from '../base/disk/write-atomically.ts'
import { shellWord } from '../base/encode/shell-word.ts'
import { visible } from '../base/encode/visible.ts'
import { keyOf } from '../base/report/report.ts'
import { type Findings, type ForeignFile, ImportError, type Left, placeOf } from '../core/foreign/fact.ts'
import { imageFindings } from '../core/foreign/image-facts.ts'
import { KIND_NAMES, type Kind, kindOf, readForeign } from '../core/foreign/kinds.ts'
import { type Imported, importedSpec } from '../core/import/imported-spec.ts'
import { problemFacts } from '../core/presentation/problem-facts.ts'
import { hashOf } from '../device/formats/plain-password.ts'
import { inspect } from '../device/inspect/inspect.ts'
import { today } from './clock.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { nextLines } from './next.ts'
import { openTarget, type TargetOptions } from './open-target.ts'
import { assertPlace } from './output-place.ts'
import { ownStarter } from './own-starter.ts'
import { printMessages, problemLines } from './print.ts'
import { placeOptions } from './target.ts'
import { UsageError } from './usage-error.ts'

interface ImportFlags extends TargetOptions {
  readonly as?: Kind
  readonly fromImage?: string
  readonly output: string
  readonly wifiCountry?: string
  readonly force?: boolean
}

/** `pibake import FILE…`, `pibake import --from-image FILE` */
export function addImport(program: Command, run: Run): void {
  const command = program
    .command('import')
    .usage('FILE… [options]\n               --from-image IMAGE [options]')
    .summary('make a spec of what other tools wrote')
    .description(
      "Reads what other tools wrote for a first start or on a device, and writes a spec of it: behind each value the file and the line that it comes from. What a spec cannot take is listed, with the reason. Nothing of what is read is run. Wi-Fi passwords go to files of their own beside the spec; of a plain password only the hash is kept.\n\nFiles: Raspberry Pi Imager's firstrun.sh, custom.toml, rpi-preseed.toml, cloud-init's user-data and network-config, userconf.txt, ssh, cmdline.txt, wpa_supplicant.conf, *.nmconnection, dietpi.txt, dietpi-wifi.txt, sshd_config and its drop-ins, jail.local, user.rules, and what `ufw show added` prints.",
    )
    .argument('[files...]', 'files of other tools; - for standard input')
    .addHelpText(
      'after',
      examples(
        ['pibake import /media/bootfs/user-data /media/bootfs/network-config', 'what Imager wrote to a card'],
        ['pibake import sshd_config jail.local user.rules', 'what a device has, copied from its /etc'],
        ['pibake import --from-image old.img -o kit.yaml', 'what an image has'],
      ),
    )
    .addHelpText('after', '\nExit codes: 0 written, 2 damaged, contradicting or unknown files, 3 image refused.')
  placeOptions(command, (files) => files.length === 0 && command.opts<ImportFlags>().fromImage === undefined)
    .optionsGroup('Import:')
    .addOption(new Option('--from-image <file>', 'read an image, as --image').conflicts(['image', 'root']))
    .addOption(
      new Option('--as <kind>', 'what the files are, where their content does not show it').choices(KIND_NAMES),
    )
    .option('--wifi-country <code>', 'where the radio is used, where no file says it', country)
    .option('-o, --output <file>', 'the spec to write', 'pibake.yaml')
    .option('--force', 'replace files that are there')
    .hook('preAction', (_, action) => {
      const { image, root, fromImage } = action.opts<ImportFlags>()
      if (action.args.length > 0 && (image ?? root ?? fromImage) !== undefined)
        action.error('error: give files, or an image')
    })
  common(command).action(run((io, files: string[], flags: ImportFlags) => importFiles(io, files, flags)))
}

function country(text: string): string {
  if (/^[A-Za-z]{2}$/.test(text)) return text.toUpperCase()
  throw new InvalidArgumentError('two letters, e.g. AT')
}

/** Of what is set up before a first start nothing is longer. */
const MAX_BYTES = 1 << 20

function importFiles(io: Io, files: readonly string[], flags: ImportFlags): ExitCode {
  assertPlace(flags.output, '--output')
  const imported = asUsage(() => {
    const findings = files.length > 0 ? findingsOf(files, flags.as) : imageFindingsOf(flags)
    const options = { file: flags.output, today: today(io.env), fallback: ownStarter(), country: flags.wifiCountry }
    return importedSpec(findings, options)
  })
  const folder = dirname(flags.output)
  const secrets = imported.secrets.map(({ file, secret }) => ({
    file: join(folder, file),
    text: `${secret.reveal()}\n`,
  }))
  place([...secrets, { file: flags.output, text: imported.text }], flags.force ?? false)
  const names = secrets.map(({ file }) => file)
  if (io.json) printJson(io, document(flags.output, names, imported))
  else report(io, flags.output, names, imported)
  return EXIT.ok
}

const hash = (password: string) => hashOf(password, randomBytes(12))

function findingsOf(files: readonly string[], as: Kind | undefined): readonly Findings[] {
  const read = files.map((name) => {
    const file: ForeignFile = { name: name === '-' ? 'stdin' : name, text: textOf(name) }
    const kind = as ?? kindOf(file)
    if (kind === undefined)
      throw new UsageError(
        `${name}: not a file that pibake import knows`,
        `--as ${KIND_NAMES.join('|')} says what it is`,
      )
    return { file, kind }
  })
  return readForeign(read, hash)
}

function imageFindingsOf(flags: ImportFlags): readonly Findings[] {
  const target = openTarget(flags.fromImage === undefined ? flags : { ...flags, image: flags.fromImage })
  const { release } = inspect(target, { allowBooted: true, isLookedAt: true })
  return imageFindings(target, release, hash)
}

function textOf(name: string): string {
  if (name !== '-' && statSync(name).size > MAX_BYTES) throw new UsageError(`${name} is larger than 1 MiB`)
  const bytes = readFileSync(name === '-' ? 0 : name)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${name}: not UTF-8 text`, 'an image is read by --from-image')
  }
}

/** What is wrong with the files is for their owner to put right. */
function asUsage<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ImportError) throw new UsageError(error.message, error.hint)
    const { code, path } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
      throw new UsageError(
        `cannot read ${path ?? 'a folder'}: ${{ ENOENT: 'no such file', EACCES: 'permission denied', EISDIR: 'it is a folder' }[code]}`,
      )
    throw error
  }
}

interface Output {
  readonly file: string
  readonly text: string
}

/** All files or none; 0600, for they hold hashes and passwords. */
function place(outputs: readonly Output[], force: boolean): void {
  const there = outputs.find(({ file }) => existsSync(file))
  if (there !== undefined && !force)
    throw new UsageError(`${there.file} is there already`, 'give another name with -o, or --force to replace it')
  for (const { file, text } of force ? outputs : []) writeAtomically(file, text, { mode: 0o600 })
  const made: string[] = []
  try {
    for (const { file, text } of force ? [] : outputs) {
      // `wx`: never over a file that came in between.
      writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
      made.push(file)
    }
  } catch (error) {
    for (const file of made) rmSync(file, { force: true })
    throw error
  }
}

function report(io: Io, file: string, secrets: readonly string[], { leaves, left, checked }: Imported): void {
  const also = secrets.length === 0 ? '' : `, and ${secrets.join(', ')} with what only the device should know`
  const all = [
    ...left.map(leftLine),
    ...problemLines(io, checked.problems, checked.locate),
    `${file} is written: ${leaves.length} values, ${left.length} not taken${also}`,
  ]
  printMessages(io, io.quiet ? all.slice(0, -1) : all.map(visible))
  printMessages(io, nextLines(io, [['next', `pibake check ${shellWord(file)}`]]))
}

function leftLine({ at, what, why }: Left): string {
  return visible(`${placeOf(at)} not taken: ${what}: ${why}`)
}

function document(file: string, secrets: readonly string[], { leaves, left, checked }: Imported) {
  return {
    schema: 'pibake.import/1',
    file,
    secrets,
    taken: leaves.map(({ path, fact }) => ({ key: keyOf(path), file: fact.at.file, line: fact.at.line || null })),
    left: left.map(({ at, what, why }) => ({ file: at.file, line: at.line || null, what, why })),
    problems: problemFacts(checked.problems, checked.locate),
  }
}
