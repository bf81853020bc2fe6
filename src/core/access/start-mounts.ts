import { argumentValues } from '../../device/systemd/kernel-command-line.ts'
import { mergedByName } from '../../device/systemd/merged.ts'
import { linesOf } from '../undone/assignment.ts'
import { type Mount, mountsOf } from './device-mounts.ts'
import type { FileLine, Finding, Way } from './finding.ts'
import type { FinishedDevice } from './finished-device.ts'
import { startOf } from './start.ts'

/** What keeps the start from getting past its file systems: a device, module or package that is missing, a root to read. */
export function startMounts(device: FinishedDevice): readonly Finding[] {
  const needed = mountsOf(device).filter(({ isNeeded, directory }) => isNeeded && directory !== '/')
  return [...needed.flatMap((mount) => failing(device, mount)), ...readOnlyRoot(device), ...crypttab(device)]
}

const EMERGENCY = 'and without it the start ends in emergency mode'

function failing(device: FinishedDevice, mount: Mount): readonly Finding[] {
  const { source, directory: target, type, at } = mount
  const module = MODULES[type] ?? type
  const blocked = blockedModules(device)
  if (blocked.has(module))
    return [shut(at, 'login', `${target} needs the module ${module}, which is blocked, ${EMERGENCY}`)]
  if (/^\/dev\/sd/.test(source) && blocked.has('usb_storage')) {
    return [shut(at, 'login', `${source} needs the module usb-storage, which is blocked, ${EMERGENCY}`)]
  }
  const helper = device.requests.find(({ name, action }) => action === 'remove' && name === HELPERS[type])
  if (helper !== undefined)
    return [shut(at, 'login', `${target} needs the package ${helper.name}, which is removed, ${EMERGENCY}`)]
  return deviceOf(device, mount)
}

/** File system → module, where the names differ. */
const MODULES: Readonly<Record<string, string>> = {
  iso9660: 'isofs',
  ext2: 'ext4',
  ext3: 'ext4',
  nfs4: 'nfs',
  smb3: 'cifs',
  'ntfs-3g': 'fuse',
}
const HELPERS: Readonly<Record<string, string>> = {
  ntfs: 'ntfs-3g',
  'ntfs-3g': 'ntfs-3g',
  xfs: 'xfsprogs',
  btrfs: 'btrfs-progs',
  zfs: 'zfsutils-linux',
}
const FOLDERS = ['/etc/modprobe.d', '/usr/local/lib/modprobe.d', '/usr/lib/modprobe.d']

/** With `_`, as the kernel has them; `install` of a program that does nothing, or `blacklist`, which stops loading by need. */
function blockedModules(device: FinishedDevice): ReadonlySet<string> {
  const { root } = device
  const files = mergedByName(root, FOLDERS, '.conf').flatMap((file) => linesOf(root, file))
  const named = files.flatMap(
    ({ text }) => /^(?:blacklist\s+(\S+)|install\s+(\S+)\s+\S*\/(?:true|false))\b/.exec(text)?.slice(1) ?? [],
  )
  const words = startOf(device).around.arguments
  const byKernel = ['module_blacklist', 'modprobe.blacklist'].flatMap((name) =>
    argumentValues(words, name).flatMap((value) => value.split(',')),
  )
  return new Set([...named, ...byKernel].filter((name) => name !== undefined).map((name) => name.replaceAll('-', '_')))
}

/** Whether the device of a line is the card that the device starts from; another may not be there. */
function deviceOf(device: FinishedDevice, { source, directory: target, at }: Mount): readonly Finding[] {
  const disk = /^PARTUUID=(\S+)-\d+$/i.exec(source)?.[1]?.toLowerCase()
  const own = argumentValues(startOf(device).around.arguments, 'root').map((root) =>
    /^PARTUUID=(\S+)-\d+$/i.exec(root)?.[1]?.toLowerCase(),
  )[0]
  const isFirmware = target === '/boot/firmware'
  if (isFirmware && disk !== undefined && own !== undefined && disk !== own) {
    return [shut(at, 'login', `${source} is not the disk that root= of cmdline.txt names, ${EMERGENCY}`)]
  }
  const isDevice = /^(\/dev\/|(PART)?(UUID|LABEL)=)/.test(source)
  const isOwn =
    isFirmware || (disk !== undefined && disk === own) || /^\/dev\/(mmcblk0p[12]|disk\/by-slot\/)/.test(source)
  if (!isDevice || isOwn) return []
  return [unproved(at, `${target} waits for ${source}, ${EMERGENCY}`, 'add nofail to its options')]
}

/** A root that stays as the initramfs mounts it, or that fstab mounts so: no host key and no step of the first start is kept. */
function readOnlyRoot(device: FinishedDevice): readonly Finding[] {
  const { root, boot } = device
  const line = mountsOf(device).find(({ directory, at }) => directory === '/' && at.file === '/etc/fstab')
  const isWritten = boot === undefined || startOf(device).around.arguments.some(({ text }) => text === 'rw')
  if (line === undefined ? isWritten : !line.options.includes('ro')) return []
  const at = line?.at ?? { file: '/etc/fstab', line: undefined }
  const because = 'the root file system is mounted read-only'
  const hasKeys = root.list('/etc/ssh').some((name) => /^ssh_host_\w+_key$/.test(name))
  if (!hasKeys) return [shut(at, 'ssh', `${because}: no host key is made, so sshd does not start`)]
  return [unproved(at, `${because}: what the first start does is not kept`, 'mount it rw')]
}

function crypttab({ root }: FinishedDevice): readonly Finding[] {
  return linesOf(root, '/etc/crypttab').flatMap(({ text, line }) => {
    const [name, source, , options = ''] = text.split(/\s+/)
    if (/(^|,)(noauto|nofail)(,|$)/.test(options)) return []
    return [
      unproved(
        { file: '/etc/crypttab', line },
        `${name} waits for ${source}, and for its key`,
        'add nofail to its options',
      ),
    ]
  })
}

function shut(at: FileLine, way: Way, because: string): Finding {
  return {
    answer: 'shut',
    way,
    user: undefined,
    code: 'ACC016',
    at,
    because,
    settle: 'add nofail, or take the line out',
  }
}

function unproved(at: FileLine, because: string, settle: string): Finding {
  return { answer: 'unproved', way: 'login', user: undefined, code: 'ACC055', at, because, settle }
}
