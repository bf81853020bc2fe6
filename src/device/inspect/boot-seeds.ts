import type { Tree } from '../../storage/tree/tree.ts'

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
