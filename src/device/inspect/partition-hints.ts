import { shellWord } from '../../base/encode/shell-word.ts'
import type { Partition, Tree } from '../../storage/tree/tree.ts'

/** As Raspberry Pi OS names its two file systems. */
const LABELS: Readonly<Record<Partition, string>> = { boot: 'bootfs', root: 'rootfs' }

/** How to come to the right partition where `tree` is not the one that was meant. */
export function wherePartition(which: Partition, { holder, label }: Tree): string {
  if (holder === 'image') {
    const shown = `sfdisk -l ${shellWord(label)} shows the partitions that are in it`
    return `give an image of Raspberry Pi OS, or say which partition it is: --${which}-partition N (${shown})`
  }
  if (holder === 'archive') {
    const archive = `sudo tar --numeric-owner --xattrs --acls -cpf ${which}.tar -C DIR .`
    return `make an archive of what is in that partition itself, from the folder DIR where it is: ${archive}`
  }
  return `mount that partition there: sudo mount LABEL=${LABELS[which]} ${shellWord(label)} (lsblk -f shows them all)`
}

/** Each of the two flags names what the other one should. */
export function exchanged(which: Partition, { label }: Tree): string {
  return `boot and root are swapped? Then it is --${which === 'boot' ? 'root' : 'boot'} ${shellWord(label)}`
}
