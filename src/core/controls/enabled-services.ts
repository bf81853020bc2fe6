import type { Code } from '../../base/report/codes.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { SpecPath } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import { installOf } from '../../device/systemd/install.ts'
import { parseUnit } from '../../device/systemd/settings.ts'
import { type UnitFile, unitFile, unitNames } from '../../device/systemd/unit-files.ts'
import { unitName } from '../../device/systemd/unit-name.ts'
import type { Note } from '../plan/request.ts'
import type { Context, Contribution, Control } from './control.ts'
import { listenersOf, reachNotes } from './listeners.ts'

/**
 * Units that are switched on. Those of the image and of `files` are linked in the image; one that only a package brings is
 * enabled by the first start, once it is there ({@link unitsOfPackages}).
 */
export const enabledServices: Control = { name: 'enabled services', compile }

function compile(context: Context): Contribution {
  const parts = context.spec.services.enable.map((word, i) =>
    enabling(unitName(word), ['services', 'enable', i], context),
  )
  return {
    units: parts.flatMap((part) => part.units ?? []),
    notes: parts.flatMap((part) => part.notes ?? []),
    problems: parts.flatMap((part) => part.problems ?? []),
  }
}

/** The units of `services.enable` that neither the image nor a file of the spec has. */
export function unitsOfPackages(context: Context): readonly string[] {
  const units = context.spec.services.enable.map(unitName).filter((unit) => fileOf(unit, context) === undefined)
  return [...new Set(units)]
}

function enabling(unit: string, path: SpecPath, context: Context): Contribution {
  const file = fileOf(unit, context)
  if (file === undefined) return broughtLater(unit, path, context)
  const error = (message: string, hint: string) => problem('SVC018', path, message, hint)
  if (!isOf(unit, file)) {
    return error(`${unit} is another name of ${file.name}`, `name the unit itself: ${file.name}`)
  }
  const install = installOf(parseUnit(file.text, file.path), unit)
  if (install.needsInstance) {
    const hint = `say which: ${unit.replace('@.', '@NAME.')}`
    return error(`${unit} is a template, of which only an instance can be enabled`, hint)
  }
  if (install.links.length === 0 && install.also.length === 0) {
    const hint = 'such a unit is started by what needs it, and cannot be switched on by itself'
    return error(`${unit} has no [Install] section that says when it starts`, hint)
  }
  const taken = install.aliases.find((alias) => isTaken(alias, file, context))
  if (taken !== undefined) {
    const hint = `disable the unit that has the name ${taken} first (services.disable)`
    return error(`${unit} would take the name ${taken}, which another unit has`, hint)
  }
  const units = withAlso(unit, context)
  const origin = context.because(path, `the spec wants ${unit} enabled`)
  return {
    units: units.map((one) => ({
      unit: one,
      state: 'enabled',
      origin: one === unit ? origin : context.because(path, `it is enabled together with ${unit}`),
    })),
    notes: listening(units, origin, context),
  }
}

/** A unit that is not there yet: a package brings it, or it is a slip of the pen. */
function broughtLater(unit: string, path: SpecPath, context: Context): Contribution {
  const { root } = context.inventory
  const { install, debs } = context.spec.packages
  if (root.lstat(`/etc/init.d/${unit.replace(/\.service$/, '')}`) !== undefined) {
    const hint = 'let a script of firstBoot.scripts do it: update-rc.d NAME defaults, and service NAME start'
    return problem('SVC018', path, `${unit} is made of a script in /etc/init.d, which an image cannot enable`, hint)
  }
  if (install.length === 0 && debs.length === 0) {
    const near = suggest(unit, unitNames(root))
    const hint =
      near === undefined ? 'a unit of the image, of files, or of packages.install' : `did you mean '${near}'?`
    return problem('SVC015', path, `the image has no unit ${unit}`, hint)
  }
  const origin = context.because(path, `the spec wants ${unit} enabled`)
  const message = `${unit} is not in the image: the first start enables it once a package has brought it, and is degraded if none does`
  return {
    // Its preset line: what a package's script asks of systemd has the same answer.
    units: [{ unit, state: 'enabled', origin }],
    notes: [{ severity: 'info', message, origin }, ...listening([unit], origin, context)],
  }
}

/** The unit and what its [Install] section takes along, and so on, as far as it is there. */
function withAlso(unit: string, context: Context): readonly string[] {
  const found = new Set([unit])
  for (const one of found) {
    const file = fileOf(one, context)
    if (file === undefined) found.delete(one)
    else for (const also of installOf(parseUnit(file.text, file.path), one).also) found.add(also)
  }
  return [...found]
}

function fileOf(unit: string, { spec, inventory }: Context): UnitFile | undefined {
  return unitFile(inventory.root, unit, (path) => spec.files.find((file) => file.path === path)?.content)
}

/** Its own file or its template's; else the name is an alias. */
function isOf(unit: string, file: UnitFile): boolean {
  return file.name === file.path.slice(file.path.lastIndexOf('/') + 1) || file.name === unit
}

/** systemctl refuses to replace a link that leads elsewhere, too. */
function isTaken(alias: string, file: UnitFile, { inventory }: Context): boolean {
  const path = `/etc/systemd/system/${alias}`
  const entry = inventory.root.lstat(path)
  if (entry === undefined) return false
  const real = inventory.root.resolve(path)
  return real !== '/dev/null' && real.slice(real.lastIndexOf('/') + 1) !== file.name
}

/** What the units listen on meets the firewall. */
function listening(units: readonly string[], origin: Origin, context: Context): readonly Note[] {
  const listeners = units.flatMap((unit) => listenersOf(unit, fileOf(unit, context)?.text))
  return reachNotes(listeners, origin, context)
}

function problem(code: Code, path: SpecPath, message: string, hint: string): Contribution {
  return { problems: [{ severity: 'error', code, path, message, hint }] }
}
