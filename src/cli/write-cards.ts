import { mediaSize } from '../base/encode/media-size.ts'
import { CardError, Interrupted } from '../base/errors.ts'
import { Card } from '../write/flash/card.ts'
import type { CardImage } from '../write/flash/card-image.ts'
import { assertSameDevice, deviceText } from '../write/flash/device-guards.ts'
import { type Device, findDevice } from '../write/flash/devices.ts'
import { type Flashed, flashCards } from '../write/flash/flash-cards.ts'
import { unmount } from '../write/flash/unmount.ts'
import type { CardOptions } from './choose-cards.ts'
import { EXIT } from './exit.ts'
import type { Io } from './io.ts'
import { progress } from './progress.ts'
import type { Done } from './run-plan.ts'

/** A device, and what became of it. */
type Result = Flashed & { readonly device: Device }

/**
 * Writes an image to devices that may be overwritten, and closes them.
 *
 * @returns what is said of the cards: one at least is good
 * @throws TargetError when a device cannot be opened, and nothing was written; CardError when every card failed, Interrupted
 */
export async function writeCards(
  io: Io,
  image: CardImage,
  devices: readonly Device[],
  options: CardOptions,
  signal: AbortSignal,
): Promise<Done & { readonly facts: Readonly<Record<string, unknown>> }> {
  if (options.unmount === true) unmount(devices.flatMap(({ mounts }) => mounts.map(({ point }) => point)))
  const results = await flashed(io, image, devices, signal)
  if (results.some(({ failure }) => failure instanceof Interrupted)) {
    throw new Interrupted(`interrupted: ${results.map(failureText).join('; ')}`)
  }
  const failed = results.filter(({ failure }) => failure !== undefined)
  if (failed.length === results.length) throw new CardError(failed.map(failureText).join('; '))
  const bytes = image.pieces.reduce((sum, { length }) => sum + length, image.head.length)
  const sizes = `${mediaSize(bytes)} of ${mediaSize(image.size)}`
  const good = results.filter(({ failure }) => failure === undefined)
  return {
    facts: { size: image.size, written: bytes, cards: results.map(cardFacts) },
    says: (time) => [
      ...good.map(({ device }) => `Wrote ${deviceText(device)}: ${sizes} in ${time}; all read back, past the cache.`),
      good.length === 1 ? 'It can be pulled out now.' : 'They can be pulled out now.',
      ...failed.map(failureText),
    ],
    exit: failed.length === 0 ? EXIT.ok : EXIT.failed,
    next: [['next', 'put it into the Raspberry Pi, and switch it on']],
  }
}

async function flashed(
  io: Io,
  image: CardImage,
  devices: readonly Device[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const cards: Card[] = []
  try {
    for (const device of devices) {
      cards.push(new Card(device))
      assertSameDevice(device, findDevice(device.path))
    }
    const shown = (title: string, total: number | undefined) => progress(io, title, total)
    const results = await flashCards(image, cards, { signal, progress: shown })
    return results.map((result, index) => ({ ...result, device: devices[index] as Device }))
  } finally {
    for (const card of cards) card.close()
  }
}

/** What is wrong with a card, and what it is worth now. */
function failureText({ device, failure, isBegun, isMisleading }: Result): string {
  const why = failure === undefined ? '' : ` (${failure.message})`
  if (failure === undefined) return `${deviceText(device)} is good`
  if (!isBegun) return `${deviceText(device)} is as it was${why}`
  const start = isMisleading
    ? 'and its start could not be overwritten: start nothing from it'
    : 'it has no partition table'
  return `${deviceText(device)} is NOT USABLE, ${start}; flash it again, or take another card${why}`
}

function cardFacts({ device, failure, isBegun }: Result) {
  return {
    device: device.path,
    model: device.model,
    serial: device.serial ?? null,
    size: device.size,
    state: failure === undefined ? 'good' : isBegun ? 'unusable' : 'untouched',
    why: failure?.message ?? null,
  }
}
