import { basename, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { writeAtomically } from '../base/disk/write-atomically.ts'
import { visible } from '../base/encode/visible.ts'
import { type Audit, type AuditQuestion, audit } from '../core/audit/audit.ts'
import { compared } from '../core/audit/compare.ts'
import type { AuditFinding, Level } from '../core/audit/finding.ts'
import { auditPage } from '../core/audit/page/page.ts'
import { LEVELS } from '../core/audit/risk.ts'
import { NO_ROLE, parseRole, type Role } from '../core/audit/role.ts'
import { sarif } from '../core/audit/sarif.ts'
import { suggestedSpec } from '../core/audit/suggest.ts'
import { hostnameIn } from '../core/controls/hostname.ts'
import { inspect } from '../device/inspect/inspect.ts'
import type { Inventory } from '../device/inspect/inventory.ts'
import { BudgetTree } from '../storage/tree/budget.ts'
import type { Tree } from '../storage/tree/tree.ts'
import { sbomPackages } from '../write/emit/sbom-packages.ts'
import { toolVersion } from '../write/emit/tool.ts'
import { type Vulnerability, vulnerabilitiesOf } from '../write/packages/vulnerabilities.ts'
import { today } from './clock.ts'
import { common, type Run } from './command.ts'
import { wordBehind } from './crypt.ts'
import { imageFacts } from './documents.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { loadSpec } from './load-spec.ts'
import { assertPlace } from './output-place.ts'
import { ownStarter } from './own-starter.ts'
import { printLines, printProblems } from './print.ts'
import { auditLines, comparisonLines, countOf } from './print-audit.ts'
import { imageText } from './print-plan.ts'
import { assertSpec } from './swapped.ts'
import { openTarget, placeOptions, TARGET, type TargetOptions } from './target.ts'
import { readTracker } from './tracker.ts'

interface AuditOptions extends TargetOptions {
  readonly role?: Partial<Role>
  readonly spec?: string
  readonly suggest?: boolean
  readonly deep?: boolean
  readonly securityTracker?: string
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
      new Option('--role <role>', 'what the device is for: exposure=…,place=…,holds=…,controls=…').argParser(role),
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

/** An image and what was found in it. */
interface Audited extends Audit {
  /** What it was called by. */
  readonly name: string
  readonly inventory: Inventory
}

function auditImages(io: Io, images: readonly string[], options: AuditOptions): ExitCode {
  if (options.sarif !== undefined) assertPlace(options.sarif, '--sarif')
  if (options.html !== undefined) assertPlace(options.html, '--html')
  const question = questionOf(io, options)
  if (question === undefined) return EXIT.usage
  const [first = options, second] = images.map((image) => ({ ...options, image }))
  const before = audited(first, question)
  const after = second === undefined ? before : audited(second, question)
  const { role } = question
  if (second !== undefined) compare(io, before, after, role)
  else if (options.suggest === true) io.stdout.write(suggestedSpec(before.findings, ownStarter()))
  else if (io.json) printJson(io, { schema: 'pibake.audit/1', role, ...facts(before) })
  else printLines(io, report(io, before, options))
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

interface Question extends AuditQuestion {
  readonly role: Role
}

/** What the device is for and what is waived; undefined: the spec that says so is not sound, which is printed. */
function questionOf(io: Io, { spec: file, role }: AuditOptions): Question | undefined {
  const day = today(io.env)
  if (file === undefined) return { role: { ...NO_ROLE, ...role }, today: day }
  assertSpec(file)
  const { spec, problems, locate } = loadSpec(file, {}, day)
  printProblems(io, problems, locate)
  if (spec === undefined) return undefined
  const { waivers, ...meant } = spec.risk
  return { role: { ...meant, ...role }, waivers, today: day }
}

function audited(options: AuditOptions, question: Question): Audited {
  const given = openTarget(options)
  // What is asked to read every file is not kept from it.
  const bounded = (tree: Tree) => (options.deep === true ? tree : new BudgetTree(tree))
  const target = { root: bounded(given.root), boot: given.boot && bounded(given.boot) }
  const inventory = inspect(target, { allowBooted: true, isLookedAt: true })
  const found = audit(inventory, {
    ...question,
    isDeep: options.deep === true,
    wordBehind,
    known: knownIn(inventory, options),
  })
  for (const tree of [target.root, target.boot]) if (tree instanceof BudgetTree) tree.assertKept()
  return { ...found, inventory, name: basename(resolve(options.image ?? options.root ?? '.')) }
}

function pageOf(all: readonly Audited[], { role, today: day }: Question): Uint8Array {
  const images = all.map(({ inventory, name, ...found }) => ({
    name,
    title: imageText(inventory),
    hostname: hostnameIn(inventory.root),
    hasBoot: inventory.boot !== undefined,
    audit: found,
  }))
  return auditPage({ images, role, today: day, version: toolVersion() })
}

/** As it is now: the first start may upgrade it. */
function knownIn({ root, release }: Inventory, { securityTracker }: AuditOptions): readonly Vulnerability[] {
  if (securityTracker === undefined) return []
  return vulnerabilitiesOf(sbomPackages(root, undefined, []), readTracker(securityTracker, release), release)
}

function facts({ findings, waived, idle, advice, proof, inventory }: Audited) {
  return {
    image: imageFacts(inventory),
    findings: findings.map(findingFacts),
    waived: waived.map(findingFacts),
    idleWaivers: idle,
    advice,
    waysIn: proof.intruders,
    skipped: inventory.boot === undefined ? ['the boot partition was not given'] : [],
  }
}

function findingFacts<Found extends AuditFinding>({ at, ...finding }: Found) {
  return { ...finding, at: at ?? null }
}

function report(io: Io, found: Audited, { all = false }: AuditOptions): string[] {
  const { inventory, findings } = found
  return [
    visible(imageText(inventory)),
    ...(inventory.boot === undefined ? ['the boot partition was not given: nothing is said of it'] : []),
    '',
    ...auditLines(io, found, hostnameIn(inventory.root), all),
    '',
    `${countOf(findings, LEVELS)}.`,
  ]
}

function compare(io: Io, before: Audited, after: Audited, role: Role): void {
  const { closed, added, left } = compared(before.findings, after.findings)
  if (io.json) {
    const [then, now] = [before, after].map(facts)
    const [gone, fresh, same] = [closed, added, left].map((findings) => findings.map(findingFacts))
    printJson(io, {
      schema: 'pibake.audit-comparison/1',
      role,
      before: then,
      after: now,
      closed: gone,
      added: fresh,
      left: same,
    })
    return
  }
  printLines(io, [
    visible(`before  ${imageText(before.inventory)}`),
    visible(`after   ${imageText(after.inventory)}`),
    ...comparisonLines(io, { closed, added, left }),
    '',
    `${closed.length} closed, ${added.length} new, ${left.length} left.`,
  ])
}
