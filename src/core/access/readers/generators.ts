import { isOfPackages } from '../../../device/inspect/package-digests.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import type { Finding, Reader } from '../finding.ts'

/** In the order of systemd.generator(7): of one name the first counts. */
const FOLDERS = ['/etc', '/usr/local/lib', '/usr/lib'].map((place) => `${place}/systemd/system-generators`)

/** What they make decides a login: mounts, consoles, what is masked by the kernel command line. */
const DECIDING = /^systemd-(fstab|getty|debug|gpt-auto)-generator$/

/**
 * Programs that systemd runs before everything else, and that may add, change or mask any unit: those that no package
 * brings, and those of systemd that somebody has switched off.
 */
export const generators: Reader = ({ root }) => {
  const seen = new Set<string>()
  return FOLDERS.flatMap((folder) =>
    root.list(folder).flatMap((name) => {
      if (seen.has(name)) return []
      seen.add(name)
      return judge(root, `${folder}/${name}`, name)
    }),
  )
}

function judge(root: Tree, path: string, name: string): readonly Finding[] {
  const real = root.resolve(path)
  const entry = root.lstat(real)
  if (real === '/dev/null') return DECIDING.test(name) ? [unproved(path, `${name} is switched off`)] : []
  const isRun = entry?.kind === 'file' && (entry.mode & 0o111) !== 0
  if (!isRun || isOfPackages(root, path, PACKAGES)) return []
  return [unproved(path, 'a program that pibake does not know adds, changes or masks units at each start')]
}

/**
 * Packages of Debian and Raspberry Pi that bring generators, none of which keeps anybody out. They lay them in /usr/lib; what
 * another package brings may do anything.
 */
const PACKAGES = [
  ...[
    'systemd',
    'cloud-init',
    'systemd-zram-generator',
    'openvpn',
    'lvm2',
    'netplan-generator',
    'rpcbind',
    'nfs-common',
  ],
  ...[
    'nfs-kernel-server',
    'postgresql-common',
    'snapd',
    'systemd-cron',
    'sysstat',
    'zfsutils-linux',
    'kdump-tools',
    'rpi-swap',
  ],
]

function unproved(file: string, because: string): Finding {
  return {
    answer: 'unproved',
    way: 'login',
    user: undefined,
    code: 'ACC051',
    at: { file, line: undefined },
    because,
    settle: 'take it out, or accept the code if you know what it does',
  }
}
