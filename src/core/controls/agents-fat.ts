import { seedsOn } from '../../device/inspect/boot-seeds.ts'
import { seedSentences } from '../foreign/seed-sentences.ts'
import { type Operation, remove } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import type { Context } from './control.ts'

/**
 * Removes what other tools left on the boot partition for the first start, and tells what that was: it may hold secrets that
 * everybody can read there. cloud-init's stock files, which hold only comments, stay.
 */
export function fatSeeds({ spec, inventory, because }: Context): {
  readonly operations: readonly Operation[]
  readonly notes: readonly Note[]
} {
  const { boot } = inventory
  if (boot === undefined) {
    const message =
      'what other tools left on the boot partition (userconf.txt, custom.toml, firstrun.sh …) was not looked for'
    return {
      operations: [],
      notes: [{ severity: 'warning', message, origin: because([], 'no boot partition was given') }],
    }
  }
  const operations: Operation[] = []
  const notes: Note[] = []
  for (const { file, text, seed } of seedsOn(boot)) {
    const origin = because([], `it is for ${seed.reader}; the spec is what sets up this device`)
    operations.push(remove(`/${file}`, { partition: 'boot', origin }))
    const wifi = /\bpsk\b|\bwifis:|set_wlan|^\s*\[wlan\]/m.test(text) && spec.network.wifi === undefined
    const sentences = [
      `boot:/${file} is removed: it is for ${seed.reader}`,
      ...(wifi ? ['It sets up Wi-Fi; the spec does not (network.wifi)'] : []),
      ...seedSentences({ name: file, text }, new Set(spec.users.map(({ name }) => name))),
    ]
    notes.push({ severity: 'warning', message: sentences.join('. '), origin })
  }
  return { operations, notes }
}
