import { remembered } from '../../base/remembered.ts'
import { plainPath } from '../../device/formats/plain-path.ts'
import { parseSshdArguments, type SshdCommandLine } from '../../device/sshd/command-line.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import { effectiveFor, effectiveIn, type SshdEffective } from '../../device/sshd/effective.ts'
import { readSshdConfig } from '../../device/sshd/read.ts'
import { programAt, type Service, serviceOf } from '../../device/systemd/service.ts'
import { inForce, type Setting } from '../../device/systemd/settings.ts'
import { activated } from '../../device/systemd/started.ts'
import { file } from '../plan/operation.ts'
import { OverlayTree } from '../plan/overlay.ts'
import type { FinishedDevice } from './finished-device.ts'
import { startOf } from './start.ts'

/** A service of the finished device that runs the package's sshd. */
export interface SshdService {
  readonly service: Service
  readonly options: SshdCommandLine
  readonly at: Setting
  /** Its command line and its file. */
  readonly config: SshdConfig
  /** What it makes of them, for nobody in particular. */
  readonly effective: SshdEffective
  readonly ports: readonly number[]
}

const SSHD = '/usr/sbin/sshd'

/** The services running sshd that the device starts, ssh.service first. */
export const sshdServices = remembered((device: FinishedDevice): readonly SshdService[] => {
  const { started, around } = startOf(device)
  const names = [...started.keys()].filter((name) => name.endsWith('.service'))
  const ordered = names.sort((a, b) => Number(b === 'ssh.service') - Number(a === 'ssh.service'))
  return ordered.flatMap((name) => {
    const service = serviceOf((started.get(name) as { unit: Service['unit'] }).unit, around)
    const command = service.commands.find(({ program }) => isSshd(device, program))
    return command === undefined ? [] : [sshdService(device, service, command.args, command.at)]
  })
})

/** Also where it is not there, or is another program at that place. */
function isSshd({ root }: FinishedDevice, program: string): boolean {
  const path = program.startsWith('/') ? plainPath(program) : programAt(root, program)
  return path !== undefined && root.resolve(path) === root.resolve(SSHD)
}

function sshdService(device: FinishedDevice, service: Service, args: readonly string[], at: Setting): SshdService {
  const options = parseSshdArguments(args)
  const config = configOf(device, options)
  const effective = effectiveIn(config, NOBODY)
  const sockets = listeningSockets(device, service.unit.name)
  const own = options.ports.length > 0 ? options.ports : effective.ports
  return { service, options, at, config, effective, ports: sockets.length > 0 ? sockets : own }
}

/** Ports of the sockets that start the service: it is handed them, and listens nowhere by itself. */
function listeningSockets(device: FinishedDevice, name: string): readonly number[] {
  return [...startOf(device).started.values()]
    .filter(
      ({ unit }) => unit.name.endsWith('.socket') && startOf(device).units.unit(activated(unit) ?? '').name === name,
    )
    .flatMap(({ unit }) => socketPorts(unit.settings))
}

/** TCP ports of ListenStream=, on any address. */
function socketPorts(settings: readonly Setting[]): readonly number[] {
  return inForce(settings, 'Socket', 'ListenStream').flatMap(({ value }) => {
    const port = /^(?:.*:)?(\d{1,5})$/.exec(value)?.[1]
    return port === undefined ? [] : [Number(port)]
  })
}

/** Port, methods and the like are the same for all. */
const NOBODY = { user: 'root', groups: ['root'], address: '127.0.0.1' }

/** What /etc/ssh/sshd_config alone says, which everything else is proved with. */
export function usualSshd({ root, release }: FinishedDevice): SshdEffective {
  return effectiveFor(root, release, NOBODY)
}

/** The lines of the command line, and then the file. */
const COMBINED = '/etc/ssh/sshd_config of this command line'

function configOf({ root, release }: FinishedDevice, options: SshdCommandLine): SshdConfig {
  if (options.lines.length === 0) return readSshdConfig(root, release, plainPath(options.file) ?? '/')
  const text = [...options.lines, `Include ${options.file}`].map((line) => `${line}\n`).join('')
  const origin = { path: [], key: 'command line', position: null, default: null, because: 'sshd reads it first' }
  const view = new OverlayTree(root, [file(COMBINED, new TextEncoder().encode(text), { origin })])
  return readSshdConfig(view, release, COMBINED)
}
