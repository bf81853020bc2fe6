import { visible } from '../base/encode/visible.ts'
import { assertFlashable, deviceText } from '../write/flash/device-guards.ts'
import { type Device, findDevice, listDevices } from '../write/flash/devices.ts'
import { ask } from './ask.ts'
import type { Io } from './io.ts'
import { printMessages } from './print.ts'
import { UsageError } from './usage-error.ts'

export interface CardOptions {
  readonly to?: readonly string[]
  readonly yes?: boolean
  readonly unmount?: boolean
  readonly forceDevice?: readonly string[]
}

/**
 * The cards that are to be overwritten: each is one that may be, and whoever sits at the terminal has said so by its name.
 *
 * @param command how it is typed, given further words
 * @throws UsageError when none is named or nobody has agreed, TargetError when one must not be overwritten
 */
export async function chooseCards(
  io: Io,
  options: CardOptions,
  command: (...words: readonly string[]) => string,
): Promise<readonly Device[]> {
  const { to = [], yes = false, unmount = false, forceDevice: forced = [] } = options
  if (process.platform !== 'linux') {
    throw new UsageError(
      'flash knows the devices of Linux alone',
      'bake an image, and write it with Raspberry Pi Imager',
    )
  }
  if (to.length === 0) {
    printMessages(io, cardLines(removableDevices()))
    throw new UsageError('which card? --to is missing', command('--to', '/dev/sdX'))
  }
  const devices = to.map((path) => flashable(path, { forced, unmount }))
  const twice = devices.find(({ number }, index) => devices.findIndex((other) => other.number === number) !== index)
  if (twice !== undefined) throw new UsageError(`${twice.path} is named twice`)
  const unknown = forced.find((serial) => devices.every((device) => device.serial !== serial))
  if (unknown !== undefined) throw new UsageError(`--force-device ${unknown}: no device of --to has this serial`)
  if (!yes) await confirm(io, devices, () => command(...given(options), '--yes'))
  return devices
}

function given({ to = [], unmount = false, forceDevice = [] }: CardOptions): string[] {
  const each = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value])
  return [...each('--to', to), ...(unmount ? ['--unmount'] : []), ...each('--force-device', forceDevice)]
}

/** What is made to be pulled out, and has something in it. */
export function removableDevices(): readonly Device[] {
  return listDevices().filter(({ isRemovable }) => isRemovable)
}

/** The cards, a line each. */
export function cardLines(devices: readonly Device[]): string[] {
  if (devices.length === 0) return ['There is no card or stick: put one in.']
  return ['Cards and sticks that are there:', ...devices.map((device) => `  ${lineOf(device)}`)]
}

function lineOf(device: Device): string {
  const points = device.mounts.map(({ point }) => point)
  return visible(`${deviceText(device)}${points.length === 0 ? '' : `, mounted at ${points.join(', ')}`}`)
}

function flashable(path: string, allowed: Parameters<typeof assertFlashable>[2]): Device {
  const found = findDevice(path)
  assertFlashable(path, found, allowed)
  return found
}

async function confirm(io: Io, devices: readonly Device[], command: () => string): Promise<void> {
  if (!io.interactive) throw new UsageError('nobody can be asked whether the card may be overwritten', command())
  const names = devices.map(({ name }) => name).join(' ')
  printMessages(io, ['All that is on it is lost:', ...devices.map((device) => `  ${lineOf(device)}`)])
  const answer = await ask(`Type ${names} to go on: `)
  if (answer.split(/\s+/).join(' ') !== names) throw new UsageError('not agreed to; nothing was written')
}
