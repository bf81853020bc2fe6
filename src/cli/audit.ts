import { type Command, InvalidArgumentError, Option } from 'commander'
import { visible } from '../base/encode/visible.ts'
import { type Audit, audit } from '../core/audit/audit.ts'
import type { Level } from '../core/audit/finding.ts'
import { LEVELS } from '../core/audit/risk.ts'
import { NO_ROLE, parseRole, type Role } from '../core/audit/role.ts'
import { hostnameIn } from '../core/controls/hostname.ts'
import { inspect } from '../device/inspect/inspect.ts'
import type { Inventory } from '../device/inspect/inventory.ts'
import { BudgetTree } from '../storage/tree/budget.ts'
import { today } from './clock.ts'
import { common, type Run } from './command.ts'
import { imageFacts } from './documents.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { printLines } from './print.ts'
import { auditLines, countOf } from './print-audit.ts'
import { imageText } from './print-plan.ts'
import { openTarget, TARGET, type TargetOptions, targetOptions } from './target.ts'

interface AuditOptions extends TargetOptions {
  readonly role?: Role
  readonly failOn?: Level
  readonly all?: boolean
}

/** `pibake audit TARGET` */
export function addAudit(program: Command, run: Run): void {
  const command = program
    .command('audit')
    .usage(`${TARGET} [options]`)
    .summary('see the attack surface of any image')
    .description(
      'Reads an image as it is, hardened or not, and lists who gets in, what listens and what lies in it: each with its likelihood, what it would cost, and the lines of a spec that close it. Writes nothing, and needs no spec.',
    )
    .addHelpText(
      'after',
      examples(
        ['pibake audit --image base.img.xz', 'an image as it was downloaded'],
        ['pibake audit --image kit.img --role exposure=internet,controls=door', 'for what it will be used'],
        ['pibake audit --image kit.img.xz --fail-on high', 'in a CI job: exit code 4 where there is something'],
      ),
    )
    .addHelpText('after', '\nExit codes: 0 nothing at or above --fail-on, 2 usage, 3 target refused, 4 something is.')
  targetOptions(command)
    .optionsGroup('Audit:')
    .addOption(
      new Option('--role <role>', 'what the device is for: exposure=…,place=…,holds=…,controls=…').argParser(role),
    )
    .addOption(new Option('--fail-on <level>', 'exit code 4 where a finding is this bad or worse').choices(LEVELS))
    .option('--all', 'every finding, not the ten worst alone')
  common(command).action(run((io, options: AuditOptions) => auditTarget(io, options)))
}

function role(text: string): Role {
  const parsed = parseRole(text)
  if ('wrong' in parsed) throw new InvalidArgumentError(parsed.wrong)
  return parsed
}

function auditTarget(io: Io, options: AuditOptions): ExitCode {
  const given = openTarget(options)
  const target = { root: new BudgetTree(given.root), boot: given.boot && new BudgetTree(given.boot) }
  // One that has been started is audited like any other.
  const inventory = inspect(target, { allowBooted: true })
  const found = audit(inventory, options.role ?? NO_ROLE, today(io.env))
  target.root.assertKept()
  target.boot?.assertKept()
  if (io.json) printJson(io, document(found, inventory, options))
  else printLines(io, report(io, found, inventory, options))
  const { failOn } = options
  const isBad =
    failOn !== undefined && found.findings.some(({ level }) => LEVELS.indexOf(level) >= LEVELS.indexOf(failOn))
  return isBad ? EXIT.drift : EXIT.ok
}

function document({ findings, proof }: Audit, inventory: Inventory, { role: given = NO_ROLE }: AuditOptions) {
  return {
    schema: 'pibake.audit/1',
    image: imageFacts(inventory),
    role: given,
    findings: findings.map(({ at, ...finding }) => ({ ...finding, at: at ?? null })),
    waysIn: proof.intruders,
    skipped: inventory.boot === undefined ? ['the boot partition was not given'] : [],
  }
}

function report(io: Io, found: Audit, inventory: Inventory, { all = false }: AuditOptions): string[] {
  return [
    visible(imageText(inventory)),
    ...(inventory.boot === undefined ? ['the boot partition was not given: nothing is said of it'] : []),
    '',
    ...auditLines(io, found, hostnameIn(inventory.root), all),
    '',
    `${countOf(found.findings, LEVELS)}.`,
  ]
}
