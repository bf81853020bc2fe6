import type { Problem } from '../../base/report/report.ts'
import { unitNames } from '../../device/systemd/unit-files.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** The servers that systemd-timesyncd asks for the time (timesyncd.conf(5)). */
export const timeServers: Control = { name: 'time servers', compile }

const FILE = '/etc/systemd/timesyncd.conf.d/99-zz-pibake.conf'
const PATH = ['device', 'timeServers']

function compile(context: Context): Contribution {
  const { spec, inventory, because } = context
  const servers = spec.device.timeServers
  const origin = because(PATH, 'the clock is set by the servers that the owner trusts')
  if (servers.length === 0) return { operations: staleOnly(inventory.root, [FILE], origin) }
  return {
    operations: [rootFile(FILE, { servers: new Traced(servers.join(' '), origin) }, origin)],
    problems: problemsOf(context),
  }
}

function problemsOf({ spec, inventory }: Context): Problem[] {
  const { services, packages } = spec
  const error = (message: string, hint: string): Problem[] => [
    { severity: 'error', code: 'NET027', path: PATH, message, hint },
  ]
  const off = [...services.disable, ...services.mask].find((unit) => /^systemd-timesyncd(\.service)?$/.test(unit))
  if (off !== undefined) return error('services switches systemd-timesyncd off', 'take out one of them')
  const other = packages.install.find((name) => OTHERS.includes(name))
  if (other !== undefined) return error(`${other} takes the place of systemd-timesyncd`, CONFIGURE)
  if (unitNames(inventory.root).includes('systemd-timesyncd.service')) return []
  const there = OTHERS.find((name) => inventory.packages.has(name))
  const which = there === undefined ? '' : `: it has ${there}`
  return error(`the image has no systemd-timesyncd${which}`, there === undefined ? 'add it to packages' : CONFIGURE)
}

/** Packages that conflict with systemd-timesyncd (Provides: time-daemon). */
const OTHERS = ['chrony', 'ntpsec', 'ntp', 'openntpd']
const CONFIGURE = 'configure that one by files, or leave it out'
