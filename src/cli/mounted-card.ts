import { visible } from '../base/encode/visible.ts'
import { TargetError } from '../base/errors.ts'
import { deviceText } from '../write/flash/device-guards.ts'
import { type MountedCard, mountedCards } from '../write/flash/mounted-cards.ts'
import { unmount } from '../write/flash/unmount.ts'
import { ask } from './ask.ts'
import { type Io, say } from './io.ts'
import { printMessages } from './print.ts'
import { UsageError } from './usage-error.ts'

/** The two folders of a mounted card. */
export interface FoundCard {
  readonly root: string
  readonly boot: string
}

/**
 * The one card whose partitions are mounted; whoever sits at the terminal has said that it is meant.
 *
 * @param yes it is, without a question
 * @throws TargetError when there is none, or several, or a partition is not mounted; UsageError when nobody has agreed
 */
export async function findMountedCard(io: Io, yes: boolean): Promise<FoundCard> {
  const cards = mountedCards()
  const [card, ...others] = cards
  if (card === undefined) {
    throw new TargetError('no card of Raspberry Pi OS is mounted', {
      hint: 'put it in and open bootfs and rootfs in the file manager; pibake doctor lists the cards that are there',
    })
  }
  if (others.length > 0) {
    throw new TargetError(`several cards are mounted: ${cards.map(cardText).join('; ')}`, {
      hint: 'say which one: --boot DIR --root DIR',
    })
  }
  const { root, boot } = card
  if (root === undefined || boot === undefined) {
    throw new TargetError(`${cardText(card)}: its ${root === undefined ? 'root' : 'boot'} partition is not mounted`, {
      hint: `open ${root === undefined ? 'rootfs' : 'bootfs'} in the file manager`,
    })
  }
  printMessages(io, [visible(`Found ${cardText(card)}`)])
  if (!yes) await confirm(io, root, boot)
  return { root, boot }
}

/** Offers to unmount the card, where somebody can be asked. */
export async function offerUnmount(io: Io, { root, boot }: FoundCard): Promise<void> {
  if (!io.interactive || !isYes(await ask('Unmount it now? [y/N] '))) return
  unmount([boot, root])
  say(io, 'It can be pulled out now.')
}

async function confirm(io: Io, root: string, boot: string): Promise<void> {
  if (!io.interactive) {
    throw new UsageError('nobody can be asked whether this card is meant', `--yes, or --boot ${boot} --root ${root}`)
  }
  if (!isYes(await ask('Apply to it? [y/N] '))) throw new UsageError('not agreed to; nothing was written')
}

const isYes = (answer: string) => /^y(?:es)?$/i.test(answer)

function cardText({ device, root, boot }: MountedCard): string {
  return `${deviceText(device)}: boot ${boot ?? 'not mounted'}, root ${root ?? 'not mounted'}`
}
