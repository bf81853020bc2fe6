import { assetNames, assetText } from '../assets.ts'
import { grammars } from '../encode/grammars.ts'
import { HOST_KEY_NAMES } from '../formats/host-key.ts'
import type { DirectoryOperation, FileOperation, Operation, Origin } from '../plan/operation.ts'
import type { Problem, SpecPath } from '../spec/report.ts'
import type { Carried } from './bundle.ts'
import type { Context, Contribution, Note, PackageRequest } from './control.ts'
import { namesOfJails } from './fail2ban-jails.ts'

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
  const origin = context.because(['firstBoot'], 'the first start finishes what an image cannot hold')
  return {
    operations: [...program(origin), ...values(context, merged), ...scripts(context), ...state(origin)],
    units: [
      { unit: 'pibake-firstboot.service', state: 'enabled', origin },
      { unit: 'pibake-firstboot-network.timer', state: 'enabled', origin },
    ],
    notes: networkNotes(context, merged),
    problems: context.spec.firstBoot.scripts.flatMap((script, index) =>
      hashbangProblems(script.content, ['firstBoot', 'scripts', index]),
    ),
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
  return [
    {
      severity: 'info',
      message: `the first start fetches ${missing.join(', ')} from the network`,
      origin: context.because(['packages', 'bundle'], 'the packages that the plan needs'),
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
    assetNames(from).map((name) => file(`${to}/${name}`, assetText(`${from}/${name}`), origin, mode))
  const main = `${PROGRAM}/pibake-firstboot`
  return [
    directory('/etc/pibake', origin),
    directory(ASK, origin),
    ...[PROGRAM, `${PROGRAM}/lib`, `${PROGRAM}/steps`].map((path) => directory(path, origin)),
    file(main, assetText('firstboot/pibake-firstboot'), origin, 0o755),
    file(`${PROGRAM}/apt.conf`, assetText('firstboot/apt.conf'), origin),
    ...copies('firstboot/lib', `${PROGRAM}/lib`, 0o644),
    ...copies('firstboot/steps', `${PROGRAM}/steps`, 0o644),
    ...copies('firstboot/units', UNITS, 0o644),
    { kind: 'symlink', partition: 'root', path: '/usr/sbin/pibake-firstboot', target: main, origin },
  ]
}

function values(
  context: Context,
  { packages, carried }: { packages: readonly PackageRequest[]; carried?: Carried },
): Operation[] {
  const { spec } = context
  const value = (name: string, path: SpecPath, reason: string, lines: readonly (string | number)[]): Operation => {
    const origin = context.because(path, reason)
    if (lines.length === 0) return { kind: 'remove', partition: 'root', path: `${ASK}/${name}`, origin }
    return file(`${ASK}/${name}`, lines.map((line) => `${grammars.line(String(line))}\n`).join(''), origin)
  }
  const named = (action: PackageRequest['action']) =>
    packages.filter((request) => request.action === action).map((request) => request.name)
  const ssh = (lines: readonly (string | number)[]) => (spec.ssh.enabled ? lines : [])
  const { locale } = spec.device
  return [
    value('host-keys', ['ssh', 'hostKeys'], 'the host keys that sshd offers', ssh(HOST_KEY_NAMES)),
    value('ssh-port', ['ssh', 'port'], 'ufw is switched on only when it admits this port', ssh([spec.ssh.port])),
    value('firewall', ['firewall', 'enabled'], 'ufw is up at the end', spec.firewall.enabled ? ['ufw'] : []),
    value('fail2ban', ['fail2ban'], 'the jails that run at the end', spec.fail2ban.enabled ? namesOfJails(spec) : []),
    value('upgrade', ['updates', 'firstBoot'], 'what the first start upgrades', [spec.updates.firstBoot]),
    value('locale', ['device', 'locale'], 'built on the device', locale === undefined ? [] : [locale]),
    value(
      'packages-install',
      ['packages'],
      'what the plan needs and the image may lack',
      [...wantedPackages(spec, packages), ...ownNames(carried)].sort(),
    ),
    value('packages-remove', ['packages', 'remove'], 'what the device shall not have', named('remove')),
  ]
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

/** The owner's scripts, numbered, so that the device runs them in the spec's order; those of an earlier plan go. */
function scripts(context: Context): Operation[] {
  const folder = `${ASK}/scripts`
  const list = context.spec.firstBoot.scripts
  const width = Math.max(2, String(list.length).length)
  const files = list.map((script, index) => {
    const number = String(index + 1).padStart(width, '0')
    const origin = context.because(['firstBoot', 'scripts', index], 'run once, after the other steps')
    return {
      ...file(`${folder}/${number}-${script.name}`, '', origin, 0o700),
      content: script.content,
    }
  })
  const origin = context.because(['firstBoot', 'scripts'], 'not a script of this plan')
  const strangers = context.inventory.root
    .list(folder)
    .map((name) => `${folder}/${name}`)
    .filter((path) => !files.some((script) => script.path === path))
    .map((path): Operation => ({ kind: 'remove', partition: 'root', path, origin }))
  return [directory(folder, origin, 0o700), ...files, ...strangers]
}

function state(origin: Origin): Operation[] {
  const pending = '{"schema":1,"plan":"","state":"pending","steps":[]}\n'
  return [directory(STATE, origin), file(`${STATE}/status.json`, pending, origin)]
}

/** A script is run by the program that its first line names; without one, or with a CR in it, it cannot be. */
function hashbangProblems(content: Uint8Array, path: SpecPath): Problem[] {
  const first = new TextDecoder().decode(content).split('\n', 1)[0] as string
  if (/^#! ?\/[^\r]*$/.test(first)) return []
  return [
    {
      severity: 'error',
      code: 'FBT001',
      path,
      message: first.endsWith('\r') ? 'the script has Windows line ends' : 'the script does not start with a #! line',
      hint: first.endsWith('\r') ? 'save it with LF line ends' : 'let it start with #!/bin/sh',
    },
  ]
}

function file(path: string, text: string, origin: Origin, mode = 0o644): FileOperation {
  const content = new TextEncoder().encode(text)
  return { kind: 'file', partition: 'root', path, content, mode, owner: { uid: 0, gid: 0 }, origin }
}

function directory(path: string, origin: Origin, mode = 0o755): DirectoryOperation {
  return { kind: 'directory', partition: 'root', path, mode, owner: { uid: 0, gid: 0 }, origin }
}
