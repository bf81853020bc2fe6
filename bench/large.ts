import { run } from '../test/system/support/run.ts'
import { EXT4 } from './base.ts'
import type { Contender } from './measure.ts'
import type { Place } from './place.ts'

/** Bytes of the card: a common size, ten times the image's. */
const CARD = 32e9

/** The same edit of an image as it is and of one that has grown to a whole card, as it does at its first start. */
export function inPlaceLarge(place: Place): readonly Contender[] {
  const large = largeImage(place)
  const contender = (name: string, base: string): Contender => ({
    name,
    command: place.pibake('apply', place.spec, '--image', place.at('own.img')),
    before: () => place.fresh('own.img', base),
    check: () => place.verified('own.img'),
  })
  return [contender('pibake apply --image, 32 GB', large), contender('pibake apply --image, 3 GB', place.images.img)]
}

/** A whole card whose free blocks are holes: the copy is to take the time of what is on it. */
export function copyLarge(place: Place): readonly Contender[] {
  const large = largeImage(place)
  const before = (name: string) => () => place.drop(name)
  const [a, b] = [place.at('large-a.img'), place.at('large-b.img')]
  return [
    {
      name: 'pibake bake, no checksums',
      command: place.pibake('bake', place.spec, large, '-o', a, '--no-checksums'),
      before: before('large-a.img'),
    },
    {
      name: 'cp --sparse=always, sync',
      command: ['sh', '-euc', 'cp --sparse=always --reflink=never "$1" "$2"; sync "$2"', 'sh', large, b],
      before: before('large-b.img'),
    },
  ]
}

function largeImage(place: Place): string {
  place.fresh('large.img')
  grow(place.at('large.img'))
  return place.at('large.img')
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
