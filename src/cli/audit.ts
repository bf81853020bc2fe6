import { type Command, InvalidArgumentError, Option } from 'commander'
import { writeAtomically } from '../base/disk/write-atomically.ts'
import { visible } from '../base/encode/visible.ts'
import { type Audit, audit } from '../core/audit/audit.ts'
import { compared } from '../core/audit/compare.ts'
import type { AuditFinding, Level } from '../core/audit/finding.ts'
import { LEVELS } from '../core/audit/risk.ts'
import { NO_ROLE, parseRole, type Role } from '../core/audit/role.ts'
import { sarif } from '../core/audit/sarif.ts'
import { hostnameIn } from '../core/controls/hostname.ts'
import { inspect } from '../device/inspect/inspect.ts'
import type { Inventory } from '../device/inspect/inventory.ts'
import { BudgetTree } from '../storage/tree/budget.ts'
import { toolVersion } from '../write/emit/tool.ts'
import { today } from './clock.ts'
import { common, type Run } from './command.ts'
import { imageFacts } from './documents.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { assertPlace } from './output-place.ts'
import { printLines } from './print.ts'
import { auditLines, comparisonLines, countOf } from './print-audit.ts'
import { imageText } from './print-plan.ts'
import { openTarget, placeOptions, TARGET, type TargetOptions } from './target.ts'

interface AuditOptions extends TargetOptions {
  readonly role?: Role
  readonly failOn?: Level
  readonly all?: boolean
  readonly sarif?: string
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
        ['pibake audit base.img.xz kit.img.xz', 'what was closed, what is new, what is left'],
        ['pibake audit kit.img.xz --fail-on high', 'in a CI job: exit code 4 where there is something'],
      ),
    )
    .addHelpText('after', '\nExit codes: 0 nothing at or above --fail-on, 2 usage, 3 target refused, 4 something is.')
  placeOptions(command, (images) => images.length === 0)
    .optionsGroup('Audit:')
    .addOption(
      new Option('--role <role>', 'what the device is for: exposure=…,place=…,holds=…,controls=…').argParser(role),
    )
    .addOption(new Option('--fail-on <level>', 'exit code 4 where a finding is this bad or worse').choices(LEVELS))
    .option('--sarif <file>', 'also write the findings there as SARIF 2.1.0, which code hosts show')
    .option('--all', 'every finding, not the ten worst alone')
    .hook('preAction', (_, action) => {
      const { image, root } = action.opts<AuditOptions>()
      if (action.args.length > 2) action.error('error: more than two images')
      if (action.args.length > 0 && (image ?? root) !== undefined) {
        action.error('error: images are named twice: as arguments, and by --image or --root')
      }
    })
  common(command).action(run((io, images: string[], options: AuditOptions) => auditImages(io, images, options)))
}

function role(text: string): Role {
  const parsed = parseRole(text)
  if ('wrong' in parsed) throw new InvalidArgumentError(parsed.wrong)
  return parsed
}

/** An image and what was found in it. */
interface Audited extends Audit {
  readonly inventory: Inventory
}

function auditImages(io: Io, images: readonly string[], options: AuditOptions): ExitCode {
  if (options.sarif !== undefined) assertPlace(options.sarif, '--sarif')
  const [first = options, second] = images.map((image) => ({ ...options, image }))
  const before = audited(io, first)
  const after = second === undefined ? before : audited(io, second)
  if (second !== undefined) compare(io, before, after, options)
  else if (io.json) printJson(io, { schema: 'pibake.audit/1', role: options.role ?? NO_ROLE, ...facts(before) })
  else printLines(io, report(io, before, options))
  if (options.sarif !== undefined) {
    const text = `${JSON.stringify(sarif(after.findings, toolVersion()), null, 2)}\n`
    writeAtomically(options.sarif, text, { mode: 0o644 })
  }
  const { failOn } = options
  const isBad =
    failOn !== undefined && after.findings.some(({ level }) => LEVELS.indexOf(level) >= LEVELS.indexOf(failOn))
  return isBad ? EXIT.drift : EXIT.ok
}

function audited(io: Io, options: AuditOptions): Audited {
  const given = openTarget(options)
  const target = { root: new BudgetTree(given.root), boot: given.boot && new BudgetTree(given.boot) }
  // One that has been started is audited like any other.
  const inventory = inspect(target, { allowBooted: true })
  const found = audit(inventory, options.role ?? NO_ROLE, today(io.env))
  target.root.assertKept()
  target.boot?.assertKept()
  return { ...found, inventory }
}

function facts({ findings, proof, inventory }: Audited) {
  return {
    image: imageFacts(inventory),
    findings: findings.map(findingFacts),
    waysIn: proof.intruders,
    skipped: inventory.boot === undefined ? ['the boot partition was not given'] : [],
  }
}

function findingFacts({ at, ...finding }: AuditFinding) {
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

function compare(io: Io, before: Audited, after: Audited, options: AuditOptions): void {
  const { closed, added, left } = compared(before.findings, after.findings)
  if (io.json) {
    const [then, now] = [before, after].map(facts)
    const [gone, fresh, same] = [closed, added, left].map((findings) => findings.map(findingFacts))
    const role = options.role ?? NO_ROLE
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
