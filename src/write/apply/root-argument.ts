import type { Bytes } from '../../base/bytes/bytes.ts'
import { argumentValues, kernelArguments } from '../../device/systemd/kernel-command-line.ts'
import type { FoundPartition } from '../../storage/image/partitions.ts'
import type { Tree } from '../../storage/tree/tree.ts'

const DEVICE = /^\/dev\/(?:mmcblk\d+p|nvme\d+n\d+p|[shv]d[a-z]+)(\d+)$/
const BY = /^(?:\/dev\/disk\/by-(partuuid|partlabel|uuid|label)\/|(PARTUUID|PARTLABEL|UUID|LABEL)=)(.+)$/

/**
 * Which partition of the image the kernel that this boot partition starts takes for its root: `root=` of cmdline.txt, the
 * last one.
 *
 * @returns `undefined` when there is no such argument, or it names nothing that is in the image once and once only
 */
export function namedRoot(boot: Tree, bytes: Bytes, partitions: readonly FoundPartition[]): FoundPartition | undefined {
  const value = argumentValues(kernelArguments(boot), 'root').at(-1) ?? ''
  const found = partitions.filter((partition) => isNamed(value, bytes, partition))
  return found.length === 1 ? found[0] : undefined
}

function isNamed(value: string, bytes: Bytes, partition: FoundPartition): boolean {
  const device = DEVICE.exec(value)
  if (device !== null) return Number(device[1]) === partition.number
  const [, byLink, byKey, name = ''] = BY.exec(value) ?? []
  switch ((byLink ?? byKey)?.toLowerCase()) {
    case 'partuuid':
      return name.toLowerCase() === partition.partuuid
    case 'partlabel':
      return name === partition.name
    case 'uuid':
      return partition.content === 'ext4' && name.toLowerCase() === uuid(bytes.read(partition.offset + 1024 + 104, 16))
    case 'label':
      return partition.content === 'ext4' && name === text(bytes.read(partition.offset + 1024 + 120, 16))
    default:
      return false
  }
}

/** ext4's superblock (include/linux/ext4_fs.h): at 104 its UUID, at 120 its label, ended by a NUL if it is shorter. */
function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split('\0', 1)[0] as string
}

function uuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
