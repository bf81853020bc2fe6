import { assetNames, assetText } from '../../base/host/assets.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { matchPattern } from '../../device/sshd/patterns.ts'
import type { Carried } from '../carried/bundle.ts'
import { directory, type FileOperation, file, type Operation, remove, symlink } from '../plan/operation.ts'
import type { Note, PackageRequest } from '../plan/request.ts'
import { grammars } from '../render/grammars.ts'
import { authorityNames } from './ca-certificates.ts'
import type { Context, Contribution } from './control.ts'
import { unitsOfPackages } from './enabled-services.ts'
import { namesOfJails } from './fail2ban-jails.ts'
import { scriptOperations, scriptProblems } from './first-boot-scripts.ts'
import { joinedLater } from './joined-later.ts'
import { staleOnly } from './root-file.ts'

/** On the device: the digest of the plan that the first start has to finish. */
export const PLAN_FILE = '/etc/pibake/plan'

/** On the device: what the first start must do, one value (or list) a file, read by `firstboot/steps`. */
const ASK = '/etc/pibake/first-boot'
const PROGRAM = '/usr/lib/pibake'
const UNITS = '/usr/lib/systemd/system'
const STATE = '/var/lib/pibake'

/**
 * What the first start must do; compiled last, for it carries what the other controls ask for.
 *
 * The program and its units are the same bytes on every device; what differs lies in files of one value each. A file
 * that the spec gives no value is taken away, so that an earlier plan leaves nothing behind.
 */
export function compileFirstBoot(
  context: Context,
  merged: { packages: readonly PackageRequest[]; carried?: Carried },
): Contribution {
  const origin = context.because(['firstBoot'], 'part of the first-boot program')
  return {
    operations: [
      ...program(origin),
      ...values(context, merged),
      ...groups(context),
      ...scriptOperations(context),
      ...authorities(context),
      ...state(origin),
      ...answers(context),
    ],
    units: [
      { unit: 'pibake-firstboot.service', state: 'enabled', origin },
      { unit: 'pibake-firstboot-network.timer', state: 'enabled', origin },
    ],
    notes: networkNotes(context, merged),
    problems: [...unreachablePackages(context, merged.packages), ...scriptProblems(context)],
  }
}

/** What the image lacks and does not carry comes from the network. */
function networkNotes(
  context: Context,
  { packages, carried }: { packages: readonly PackageRequest[]; carried?: Carried },
): Note[] {
  if (carried !== undefined && 'lock' in carried) return []
  const missing = missingPackages(context, packages)
  if (missing.length === 0) return []
  if (context.spec.network.none) {
    const message = `the device will lack ${missing.join(', ')}: the image does not carry them, and there is no network`
    return [{ severity: 'warning', message, origin: context.because(['network', 'none'], 'nothing can be fetched') }]
  }
  return [
    {
      severity: 'info',
      message: `the first start fetches ${missing.join(', ')} from the network`,
      origin: context.because(['packages', 'bundle'], 'the packages that the plan needs'),
    },
  ]
}

/** Without a network the image carries what it lacks, or the device never has it. */
function unreachablePackages(context: Context, packages: readonly PackageRequest[]): Problem[] {
  const { spec } = context
  if (!spec.network.none || spec.packages.bundle) return []
  const missing = missingPackages(context, packages)
  if (missing.length === 0) return []
  return [
    {
      severity: 'error',
      code: 'NET025',
      path: ['packages', 'bundle'],
      message: `network.none: true, and the image lacks ${missing.join(', ')}`,
      hint: 'let it carry them: packages.bundle: true; or switch off what needs them',
    },
  ]
}

/** The packages that the first start installs and that the image does not have, sorted. */
export function missingPackages(
  { spec, inventory }: Pick<Context, 'spec' | 'inventory'>,
  packages: readonly PackageRequest[],
): string[] {
  return wantedPackages(spec, packages).filter((name) => !inventory.packages.has(name))
}

/** The device's half of pibake, as it lies in `firstboot/`. */
function program(origin: Origin): Operation[] {
  const copies = (from: string, to: string, mode: number) =>
    assetNames(from).map((name) => textFile(`${to}/${name}`, assetText(`${from}/${name}`), origin, mode))
  const main = `${PROGRAM}/pibake-firstboot`
  return [
    directory('/etc/pibake', { origin }),
    directory(ASK, { origin }),
    ...[PROGRAM, `${PROGRAM}/lib`, `${PROGRAM}/steps`].map((path) => directory(path, { origin })),
    textFile(main, assetText('firstboot/pibake-firstboot'), origin, 0o755),
    textFile(`${PROGRAM}/apt.conf`, assetText('firstboot/apt.conf'), origin),
    ...copies('firstboot/lib', `${PROGRAM}/lib`, 0o644),
    ...copies('firstboot/steps', `${PROGRAM}/steps`, 0o644).filter(
      ({ path }) => ![GROUPS_STEP, AUTHORITIES_STEP].includes(path),
    ),
    ...copies('firstboot/units', UNITS, 0o644),
    symlink('/usr/sbin/pibake-firstboot', main, { origin }),
  ]
}

function values(
  context: Context,
  { packages, carried }: { packages: readonly PackageRequest[]; carried?: Carried },
): Operation[] {
  const { spec } = context
  const value = (name: string, path: SpecPath, reason: string, lines: readonly (string | number)[]): Operation => {
    const origin = context.because(path, reason)
    if (lines.length === 0) return remove(`${ASK}/${name}`, { origin })
    return textFile(`${ASK}/${name}`, lines.map((line) => `${grammars.line(String(line))}\n`).join(''), origin)
  }
  // What a later version asks for is not taken away where an earlier one cannot have asked for it.
  const newer = (name: string, path: SpecPath, reason: string, lines: readonly string[]): Operation[] =>
    lines.length === 0 && context.inventory.root.lstat(`${ASK}/${name}`) === undefined
      ? []
      : [value(name, path, reason, lines)]
  const named = (action: PackageRequest['action']) =>
    packages.filter((request) => request.action === action).map((request) => request.name)
  const ssh = (lines: readonly (string | number)[]) => (spec.ssh.enabled ? lines : [])
  const { locale } = spec.device
  const isCarried = carried !== undefined && 'lock' in carried
  const isOutOfReach = spec.network.none && !isCarried
  return [
    value('host-keys', ['ssh', 'hostKeyTypes'], 'the host keys that sshd offers', ssh(spec.ssh.hostKeyTypes)),
    value('ssh-port', ['ssh', 'port'], 'ufw is switched on only when it admits this port', ssh([spec.ssh.port])),
    value('access', ['users'], 'what sshd and sudo must say of each owner at the end', accessLines(spec)),
    value('firewall', ['firewall', 'enabled'], 'ufw is up at the end', spec.firewall.enabled ? ['ufw'] : []),
    value('fail2ban', ['fail2ban'], 'the jails that run at the end', spec.fail2ban.enabled ? namesOfJails(spec) : []),
    value('upgrade', ['updates', 'firstBoot'], 'what the first start upgrades', [
      isOutOfReach ? 'none' : spec.updates.firstBoot,
    ]),
    value('locale', ['device', 'locale'], 'built on the device', locale === undefined ? [] : [locale]),
    value(
      'packages-install',
      ['packages'],
      'what the plan needs and the image may lack',
      [...wantedPackages(spec, packages), ...ownNames(carried)].sort(),
    ),
    value('packages-remove', ['packages', 'remove'], 'what the device shall not have', named('remove')),
    ...newer(
      'overlay-root',
      ['hardening', 'overlayRoot'],
      'every later start leaves the root file system as it is',
      spec.hardening.overlayRoot === 'off' ? [] : ['yes'],
    ),
    ...newer('units', ['services', 'enable'], 'units that a package brings', unitsOfPackages(context)),
  ]
}

const GROUPS_STEP = `${PROGRAM}/steps/66-groups.sh`
const AUTHORITIES_STEP = `${PROGRAM}/steps/42-ca-certificates.sh`

/** The groups that a package makes, and the step that puts owners into them: only where there are any. */
function groups(context: Context): Operation[] {
  const origin = context.because(['users'], 'the groups that a package makes, and who joins them')
  return ownStep(context, 'groups', GROUPS_STEP, joinedLater(context), origin)
}

/** The authorities, and the step that has the device trust them: where there are any, or a start has to forget some. */
function authorities(context: Context): Operation[] {
  const { root } = context.inventory
  const origin = context.because(['device', 'caCertificates'], 'the authorities that the device trusts')
  const isTrusted = root.list('/etc/ssl/certs').some((name) => /^pibake-.+\.pem$/.test(name))
  const operations = ownStep(context, 'ca-certificates', AUTHORITIES_STEP, authorityNames(context.spec), origin)
  if (authorityNames(context.spec).length > 0 || !isTrusted) return operations
  return [
    ...operations.filter(({ path }) => path !== AUTHORITIES_STEP),
    textFile(AUTHORITIES_STEP, assetText(`firstboot/steps/${AUTHORITIES_STEP.split('/').at(-1)}`), origin),
  ]
}

/** What is asked of a step that few devices have, a line each, and the step; neither where nothing is asked. */
function ownStep(context: Context, name: string, step: string, lines: readonly string[], origin: Origin): Operation[] {
  const file = `${ASK}/${name}`
  if (lines.length === 0) return staleOnly(context.inventory.root, [file, step], origin)
  return [
    textFile(file, lines.map((line) => `${grammars.line(line)}\n`).join(''), origin),
    textFile(step, assetText(`firstboot/steps/${step.split('/').at(-1)}`), origin),
  ]
}

/** NAME KEY PASSWORD SUDO, as firstboot/steps/95-access.sh reads it. */
function accessLines({ users, ssh }: Context['spec']): string[] {
  const listed = (name: string, patterns: readonly string[]) =>
    patterns.some((pattern) => matchPattern(name, pattern.split('@')[0] as string))
  const takesKeys = Object.entries(ssh.settings).every(([keyword, value]) => !isNoKeys(keyword, value))
  const hasCertificates = (name: string) => (ssh.userCA?.principals.get(name) ?? []).length > 0
  return users.map(({ name, authorizedKeys, sudo }) => {
    const admitted = listed(name, ssh.allowUsers) && !listed(name, ssh.denyUsers)
    const word = (takes: boolean) => (!ssh.enabled ? '-' : takes && admitted ? 'yes' : 'no')
    const key = word(takesKeys && (authorizedKeys.length > 0 || hasCertificates(name)))
    return [name, key, word(ssh.passwordAuthentication), sudo].join(' ')
  })
}

function isNoKeys(keyword: string, value: string): boolean {
  return keyword.toLowerCase() === 'pubkeyauthentication' && value.toLowerCase() === 'no'
}

/** `security` is what unattended-upgrades calls so: the first start's upgrade needs it, wanted daily or not. */
function wantedPackages(spec: Context['spec'], packages: readonly PackageRequest[]): string[] {
  const named = packages.filter(({ action }) => action === 'install').map(({ name }) => name)
  const needed = spec.updates.firstBoot === 'security' ? ['unattended-upgrades'] : []
  return [...new Set([...named, ...needed])].sort()
}

/** Packages of the owner's own, which have their names in themselves. */
function ownNames(carried: Carried): string[] {
  if (carried === undefined || !('lock' in carried)) return []
  return carried.lock.packages.filter(({ uri, because }) => uri === null && because === 'asked').map(({ name }) => name)
}

function state(origin: Origin): Operation[] {
  const pending = '{"schema":1,"plan":"","state":"pending","steps":[]}\n'
  return [directory(STATE, { origin }), textFile(`${STATE}/status.json`, pending, origin)]
}

const DEBCONF = '/var/cache/debconf'

/** Whoever can open the answers of debconf can lock them (flock(2)), and dpkg then configures no package that asks. */
function answers(context: Context): Operation[] {
  if (context.inventory.root.lstat(DEBCONF)?.kind !== 'directory') return []
  const origin = context.because(['firstBoot'], 'no other user can keep the packages waiting')
  return [directory(DEBCONF, { mode: 0o700, origin })]
}

function textFile(path: string, text: string, origin: Origin, mode = 0o644): FileOperation {
  const content = new TextEncoder().encode(text)
  return file(path, content, { mode, origin })
}
