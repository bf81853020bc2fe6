import { crowd } from '../test/support/crowd.ts'
import { makeSampleImage } from '../test/write/bake/support/sample-image.ts'
import type { Contender } from './measure.ts'
import type { Place } from './place.ts'

const ACCOUNTS = 20_000

/** The plan of a small image to which many people could log in, beside that of the same image without them. */
export function planOfCrowd(place: Place): readonly Contender[] {
  const contender = (name: string, accounts: number): Contender => {
    const image = place.at(`${accounts}.img`)
    makeSampleImage(image, { tamper: (root) => crowd(root, accounts, 'with a password') })
    return { name, command: place.pibake('plan', place.spec, '--image', image) }
  }
  return [contender('pibake plan, 20,000 accounts', ACCOUNTS), contender('pibake plan, stock accounts', 0)]
}
