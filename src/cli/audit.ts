import { type Command, InvalidArgumentError, Option } from 'commander'
import { writeAtomically } from '../base/disk/write-atomically.ts'
import { visible } from '../base/encode/visible.ts'
import { compared } from '../core/audit/compare.ts'
import type { Level } from '../core/audit/finding.ts'
import { auditPage } from '../core/audit/page/page.ts'
import { reportedImage } from '../core/audit/page/reported-image.ts'
import { LEVELS } from '../core/audit/risk.ts'
import { parseRole, type Role } from '../core/audit/role.ts'
import { sarif } from '../core/audit/sarif.ts'
import { suggestedSpec } from '../core/audit/suggest.ts'
import { hostnameIn } from '../core/controls/hostname.ts'
import { imageText } from '../core/presentation/print-plan.ts'
import { toolVersion } from '../write/emit/tool.ts'
import { auditDocument, comparisonDocument } from './audit-documents.ts'
import { type AuditedImage, type AuditInput, auditedImage, type Question, questionOf } from './audited-image.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { nextLines, pibakeCommand } from './next.ts'
import { assertPlace } from './output-place.ts'
import { ownStarter } from './own-starter.ts'
import { printLines } from './print.ts'
import { auditLines, comparisonLines, countOf } from './print-audit.ts'
import { placeOptions, TARGET } from './target.ts'

interface AuditOptions extends AuditInput {
  readonly suggest?: boolean
  readonly failOn?: Level
  readonly all?: boolean
  readonly sarif?: string
  readonly html?: string
}

/** `pibake audit TARGET`, `pibake audit BEFORE AFTER` */
export function addAudit(program: Command, run: Run): void {
  const command = program
    .command('audit')
    .usage(`${TARGET} [options]\n              IMAGE [options]\n              BEFORE AFTER [options]`)
    .summary('see the attack surface of an image')
    .description(
      'Reads an image of Raspberry Pi OS as it is, hardened or not, and lists who gets in, what listens and what lies in it: each with its likelihood, what it would cost, and the lines of a spec that close it. Changes nothing, and needs no spec.',
    )
    .argument('[images...]', 'an image file; or two, of which the second is held against the first')
    .addHelpText(
      'after',
      examples(
        ['pibake audit base.img.xz', 'an image as it was downloaded'],
        ['pibake audit kit.img --role exposure=internet,controls=door', 'for what it will be used'],
        ['pibake audit base.img.xz --suggest > pibake.yaml', 'a spec that closes what was found'],
        ['pibake audit base.img.xz kit.img.xz', 'what was closed, what is new, what is left'],
        ['pibake audit kit.img.xz --html audit.html', 'as a page to look at, to print, to pass on'],
        ['pibake audit kit.img.xz --fail-on high', 'in a CI job: exit code 4 where there is something'],
      ),
    )
    .addHelpText('after', '\nExit codes: 0 nothing at or above --fail-on, 2 usage, 3 target refused, 4 something is.')
  placeOptions(command, (images) => images.length === 0)
    .optionsGroup('Audit:')
    .addOption(
      new Option(
        '--role <role>',
        'what the device is for: exposure=…,place=…,holds=…,controls=…,shows=…,talksTo=…',
      ).argParser(role),
    )
    .option('--spec <spec>', 'take the role and the waivers from `risk` of this spec')
    .addOption(
      new Option('--suggest', 'print a spec that closes what was found').conflicts(['json', 'sarif', 'failOn']),
    )
    .addOption(new Option('--fail-on <level>', 'exit code 4 where a finding is this bad or worse').choices(LEVELS))
    .option('--sarif <file>', 'also write the findings there as SARIF 2.1.0, which code hosts show')
    .option('--html <file>', 'also write the audit there as one page of HTML, which needs no network')
    .option('--deep', 'also hold every file of every package against the digests of dpkg: reads all of the image')
    .option(
      '--security-tracker <file>',
      "also list known vulnerabilities, by the JSON data of Debian's security tracker",
    )
    .option('--all', 'every finding, not the ten worst alone')
    .hook('preAction', (_, action) => {
      const { image, root } = action.opts<AuditOptions>()
      if (action.args.length > 2) action.error('error: more than two images')
      if (action.args.length > 0 && (image ?? root) !== undefined) {
        action.error('error: images are named twice: as arguments, and by --image or --root')
      }
      if (action.args.length === 2 && action.opts<AuditOptions>().suggest === true) {
        action.error('error: --suggest is for one image')
      }
    })
  common(command).action(run((io, images: string[], options: AuditOptions) => auditImages(io, images, options)))
}

function role(text: string): Partial<Role> {
  const parsed = parseRole(text)
  if ('wrong' in parsed) throw new InvalidArgumentError(parsed.wrong)
  return parsed
}

function auditImages(io: Io, images: readonly string[], options: AuditOptions): ExitCode {
  if (options.sarif !== undefined) assertPlace(options.sarif, '--sarif')
  if (options.html !== undefined) assertPlace(options.html, '--html')
  const question = questionOf(io, options)
  if (question === undefined) return EXIT.usage
  const [first = options, second] = images.map((image) => ({ ...options, image }))
  const before = auditedImage(first, question)
  const after = second === undefined ? before : auditedImage(second, question)
  const { role } = question
  if (second !== undefined && io.json) printJson(io, comparisonDocument(before, after, role))
  else if (second !== undefined) printLines(io, comparison(io, before, after))
  else if (options.suggest === true) io.stdout.write(suggestedSpec(before.findings, ownStarter()))
  else if (io.json) printJson(io, auditDocument(before, role))
  else printLines(io, report(io, before, { ...options, ...first }))
  if (options.sarif !== undefined) {
    const text = `${JSON.stringify(sarif(after, toolVersion()), null, 2)}\n`
    writeAtomically(options.sarif, text, { mode: 0o644 })
  }
  if (options.html !== undefined) {
    const page = pageOf(second === undefined ? [before] : [before, after], question)
    writeAtomically(options.html, page, { mode: 0o644 })
  }
  const { failOn } = options
  const isBad =
    failOn !== undefined && after.findings.some(({ level }) => LEVELS.indexOf(level) >= LEVELS.indexOf(failOn))
  return isBad ? EXIT.drift : EXIT.ok
}

function pageOf(all: readonly AuditedImage[], { role, today: day }: Question): Uint8Array {
  const images = all.map(({ name, ...audited }) => reportedImage(name, audited))
  return auditPage({ images, role, today: day, version: toolVersion() })
}

function report(io: Io, found: AuditedImage, { all = false, ...options }: AuditOptions): string[] {
  const { inventory, findings } = found
  // Not the name of a spec that may be there: a shell would empty it first.
  const suggest = `${pibakeCommand('audit', [], options)} --suggest > suggested.yaml`
  const hasCure = findings.some(({ cure }) => 'spec' in cure)
  return [
    visible(imageText(inventory)),
    ...(inventory.boot === undefined ? ['the boot partition was not given: nothing is said of it'] : []),
    '',
    ...auditLines(io, found, hostnameIn(inventory.root), all),
    '',
    `${countOf(findings, LEVELS)}.`,
    ...(hasCure ? nextLines(io, [['next', suggest]]) : []),
  ]
}

function comparison(io: Io, before: AuditedImage, after: AuditedImage): string[] {
  const { closed, added, left } = compared(before.findings, after.findings)
  return [
    visible(`before  ${imageText(before.inventory)}`),
    visible(`after   ${imageText(after.inventory)}`),
    ...comparisonLines(io, { closed, added, left }),
    '',
    `${closed.length} closed, ${added.length} new, ${left.length} left.`,
  ]
}
