import type { Operation } from '../plan/operation.ts'
import type { PackageRequest, UnitRequest } from '../plan/request.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** Packages that hardening asks for: what sets the clock, small tools, and what records. */
export const hardeningPackages: Control = { name: 'hardening packages', compile }

const RULES = '/etc/audit/rules.d/pibake.rules'
const SYSSTAT = '/etc/default/sysstat'
/** Packages that conflict with systemd-timesyncd (Provides: time-daemon). */
const CLOCKS = ['chrony', 'ntpsec', 'ntp', 'openntpd']

function compile(context: Context): Contribution {
  const { tools, recording } = context.spec.hardening
  const tool = context.because(['hardening', 'tools'], 'says what upgrades leave undone, or keeps users apart')
  const record = context.because(['hardening', 'recording'], 'the spec wants it recorded')
  const install = (name: string, origin: typeof tool): PackageRequest => ({ name, action: 'install', origin })
  const clock = clockOf(context)
  return {
    packages: [
      ...tools.map((name) => install(name, tool)),
      ...recording.map((name) => install(name, record)),
      ...(clock.packages ?? []),
    ],
    units: clock.units ?? [],
    operations: recordingFiles(context),
  }
}

function clockOf({ spec, inventory, because }: Context): { packages?: PackageRequest[]; units?: UnitRequest[] } {
  const origin = because(['hardening', 'timeSync'], 'logs, certificates and upgrades go by the clock')
  const hasOther = CLOCKS.some((name) => inventory.packages.has(name) || spec.packages.install.includes(name))
  const isOff = [...spec.services.disable, ...spec.services.mask].some((unit) => unit.startsWith('systemd-timesyncd'))
  if (spec.hardening.timeSync === 'image' || hasOther || isOff || spec.network.none) return {}
  return {
    packages: inventory.packages.has('systemd-timesyncd')
      ? []
      : [{ name: 'systemd-timesyncd', action: 'install', origin }],
    units: [{ unit: 'systemd-timesyncd.service', state: 'enabled', origin }],
  }
}

function recordingFiles({ spec, inventory: { root }, because }: Context): Operation[] {
  const origin = because(['hardening', 'recording'], 'what is recorded')
  const file = (name: 'auditd' | 'sysstat', path: string) =>
    spec.hardening.recording.includes(name) ? [rootFile(path, {}, origin)] : staleOnly(root, [path], origin)
  // That of an image that has sysstat is its own.
  const isOurs = new TextDecoder().decode(root.read(SYSSTAT)).startsWith('# Written by pibake')
  const isWanted = spec.hardening.recording.includes('sysstat')
  return [...file('auditd', RULES), ...(isWanted || isOurs ? file('sysstat', SYSSTAT) : [])]
}
