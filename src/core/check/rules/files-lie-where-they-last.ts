import type { Rule } from './rule.ts'

/** Folders in which a file of an owner cannot be, and why. */
const closed: readonly (readonly [prefix: string, why: string, hint: string])[] = [
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
    'cmdline.txt and config.txt are set by other keys',
  ],
]

/** A file of the spec is there when the device runs, and stays. */
export const filesLieWhereTheyLast: Rule = {
  reads: ['files'],
  check({ spec }, report) {
    for (const [i, { path }] of spec.files.entries()) {
      const [prefix, why, hint] = closed.find(([folder]) => path === folder || path.startsWith(`${folder}/`)) ?? []
      if (prefix !== undefined) report.error('FIL012', ['files', i, 'path'], `files[${i}].path: ${prefix} ${why}`, hint)
    }
  },
}
