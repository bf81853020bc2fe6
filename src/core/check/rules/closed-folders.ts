/** A folder in which nothing of an owner can be. */
export interface ClosedFolder {
  readonly folder: string
  readonly why: string
  readonly hint: string
}

const closed: readonly (readonly [folder: string, why: string, hint: string])[] = [
  ['/etc/pibake', 'belongs to pibake', 'choose another folder'],
  ['/usr/lib/pibake', 'belongs to pibake', 'choose another folder'],
  ['/lib/pibake', 'belongs to pibake', 'choose another folder'],
  ['/var/lib/pibake', 'belongs to pibake', 'choose another folder'],
  ['/proc', 'is made by the kernel', 'for kernel settings there is hardening.sysctl'],
  ['/sys', 'is made by the kernel', 'for kernel settings there is hardening.sysctl'],
  ['/dev', 'is made at every start', 'use a udev rule under /etc/udev/rules.d'],
  ['/run', 'is made at every start', 'use /etc, or a file under /etc/tmpfiles.d'],
  ['/tmp', 'is cleared at every start', 'use /usr/local or /srv'],
  [
    '/boot',
    'lies on the FAT partition, on which no mode or owner can be kept',
    'for cmdline.txt and config.txt there are hardware.cmdline and hardware.configTxt',
  ],
]

/** The closed folder that a path is, or is in. */
export function closedFolder(path: string): ClosedFolder | undefined {
  const [folder, why, hint] = closed.find(([name]) => path === name || path.startsWith(`${name}/`)) ?? []
  return folder === undefined || why === undefined || hint === undefined ? undefined : { folder, why, hint }
}
