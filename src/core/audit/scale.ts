import type { Grade, Path } from './rules.ts'

/** From the highest down. */
export const GRADES: readonly Grade[] = [4, 3, 2, 1]

/** How likely, in a word. */
export const LIKELY = { 1: 'hardly', 2: 'perhaps', 3: 'likely', 4: 'certain' } as const

/** How much of the device and of what it is for would be lost, in words. */
export const HARM = { 1: 'nuisance', 2: 'some', 3: 'much', 4: 'all of it' } as const

/** How somebody comes, in a few words each. */
export const BY: Readonly<Record<Path, string>> = {
  network: 'by the network',
  local: 'from inside',
  hands: 'with the device in hand',
  copy: 'with a copy of the image',
}
