import { run } from '../test/device/support/run.ts'
import { EXT4 } from './base.ts'
import type { Contender } from './measure.ts'
import type { Place } from './place.ts'

/** Bytes of the card: a common size, ten times the image's. */
const CARD = 32e9

/** The same edit of an image as it is and of one that has grown to a whole card, as it does at its first start. */
export function inPlaceLarge(place: Place): readonly Contender[] {
  place.fresh('large.img')
  grow(place.at('large.img'))
  const contender = (name: string, base: string): Contender => ({
    name,
    command: place.pibake('apply', place.spec, '--image', place.at('own.img')),
    before: () => place.fresh('own.img', base),
    check: () => place.verified('own.img'),
  })
  return [
    contender('pibake apply --image, 32 GB', place.at('large.img')),
    contender('pibake apply --image, 3 GB', place.images.img),
  ]
}

function grow(image: string): void {
  run(['truncate', '--size', String(CARD), image])
  run(['sfdisk', '--quiet', '--no-reread', '-N', '2', image], { input: ', +\n' })
  const loop = run(['losetup', '--find', '--show', '--offset', String(EXT4.start), image]).trim()
  try {
    run(['e2fsck', '-fp', loop])
    run(['resize2fs', loop])
  } finally {
    run(['losetup', '--detach', loop])
  }
}
