import { remembered } from '../../base/remembered.ts'
import type { Prediction } from '../../device/daemons/daemon-listener.ts'
import { listeningOf } from '../../device/daemons/daemons.ts'
import { behindSocket, socketListening } from '../../device/daemons/sockets.ts'
import { conditionsOf } from '../../device/systemd/conditions.ts'
import { serviceOf } from '../../device/systemd/service.ts'
import { lastOf, type Unit } from '../../device/systemd/units.ts'
import type { FinishedDevice } from '../access/finished-device.ts'
import { startOf } from '../access/start.ts'
import { startedCommands } from '../access/started-commands.ts'
import { listenersOf } from '../controls/listeners.ts'

/** A socket that a started unit opens, or why it cannot be told. */
export interface OpenSocket {
  readonly unit: string
  readonly prediction: Prediction
}

/** On what the started units of a device listen: by their own configuration, or as their packages set them up. */
export const openSockets = remembered((device: FinishedDevice): readonly OpenSocket[] => {
  const units = [...startOf(device).started.values()].map(({ unit }) => unit)
  return [
    ...units.flatMap((unit) => predicted(device, unit).map((prediction) => ({ unit: unit.name, prediction }))),
    ...sysvDaemons(device),
  ]
})

function predicted(device: FinishedDevice, unit: Unit): readonly Prediction[] {
  const { root, release } = device
  const { around } = startOf(device)
  if (unit.name.endsWith('.socket')) {
    if (conditionsOf(unit, around).judgement === 'unmet') return []
    return socketListening(unit.settings, behindSocket(root, unit.name))
  }
  if (!unit.name.endsWith('.service')) return []
  const { commands, obstacles } = serviceOf(unit, around)
  if (obstacles.some(({ sure }) => sure)) return []
  const [command] = commands
  const file = unit.file ?? ''
  const daemon = {
    root,
    release,
    unit: unit.name,
    file,
    words: command?.args ?? [],
    user: lastOf(unit, 'Service', 'User')?.value,
  }
  return listeningOf(daemon, command?.program) ?? usual(unit.name, file)
}

/** Of a daemon whose configuration is not read: what its package makes of it. */
function usual(unit: string, file: string): readonly Prediction[] {
  const at = { file, line: undefined }
  return listenersOf(unit, undefined).map(({ protocol, port }) => ({ protocol, port, addresses: 'all', at }))
}

/** Daemons that a script of /etc/init.d starts (systemd-sysv-generator(8)). */
function sysvDaemons(device: FinishedDevice): readonly OpenSocket[] {
  const { root, release } = device
  return startedCommands(device).flatMap(({ by: file, words: [name = ''] }) => {
    if (!file.startsWith('/etc/init.d/')) return []
    const unit = `${name}.service`
    const daemon = { root, release, unit, file, words: [], user: undefined }
    const predictions = listeningOf(daemon, undefined) ?? usual(unit, file)
    return predictions.map((prediction) => ({ unit, prediction }))
  })
}
