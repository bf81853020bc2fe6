import type { Tree } from '../../storage/tree/tree.ts'
import { type Operation, remove } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import type { Context } from './control.ts'

/** A file on the FAT that some first-boot agent obeys. */
export interface Seed {
  /** In lower case: FAT knows no other. */
  readonly name: string
  readonly reader: string
  /** No program of today's images reads it. */
  readonly isUnread?: true
  /** Whether the stock image has one too, that says nothing. */
  readonly stock?: boolean
}

const SEEDS: readonly Seed[] = [
  { name: 'ssh', reader: 'sshswitch, which starts the SSH server' },
  { name: 'ssh.txt', reader: 'sshswitch, which starts the SSH server' },
  { name: 'userconf', reader: 'userconf-pi, which renames the first user' },
  { name: 'userconf.txt', reader: 'userconf-pi, which renames the first user' },
  { name: 'failed_userconf.txt', reader: 'nobody any more, but it holds a password hash', isUnread: true },
  { name: 'custom.toml', reader: 'raspberrypi-sys-mods, which sets up users, SSH and Wi-Fi' },
  { name: 'firstrun.sh', reader: "Raspberry Pi Imager's first start" },
  { name: 'rpi-preseed.toml', reader: 'rpi-preseed, which sets up users, SSH and Wi-Fi' },
  { name: 'wpa_supplicant.conf', reader: 'nobody since Bookworm, but it holds the Wi-Fi password', isUnread: true },
  { name: 'user-data', reader: 'cloud-init', stock: true },
  { name: 'network-config', reader: 'cloud-init', stock: true },
  { name: 'meta-data', reader: 'cloud-init', stock: true },
  { name: 'vendor-data', reader: 'cloud-init', stock: true },
]

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
    notes.push({
      severity: 'warning',
      message: `boot:/${file} is removed: it is for ${seed.reader}${wifi ? '. It sets up Wi-Fi; the spec does not (network.wifi)' : ''}`,
      origin,
    })
  }
  return { operations, notes }
}

/** What other tools left on the boot partition, but for stock files that say nothing: the name as it is there, and the text. */
export function seedsOn(boot: Tree): readonly { readonly file: string; readonly text: string; readonly seed: Seed }[] {
  return boot.list('/').flatMap((file) => {
    const seed = SEEDS.find(({ name }) => name === file.toLowerCase())
    if (seed === undefined || boot.lstat(`/${file}`)?.kind !== 'file') return []
    const text = new TextDecoder().decode(boot.read(`/${file}`))
    return seed.stock === true && !says(text) ? [] : [{ file, text, seed }]
  })
}

/** Whether a seed of cloud-init says anything beyond what Raspberry Pi's image puts there (pi-gen, stage2/04-cloud-init). */
function says(text: string): boolean {
  const stock = /^(?:#.*|dsmode:\s*local|instance[_-]id:\s*rpios-image)?$/
  return text.split('\n').some((line) => !stock.test(line.trim()))
}
