import { isDenied } from '../../../device/formats/fstab.ts'
import { mountsOf } from '../../access/device-mounts.ts'
import type { Auditor } from '../finding.ts'

const DENIED = ['dev', 'suid', 'exec'] as const

/** What everybody can write, and how it is mounted where nobody asks for it: that of memory by systemd, with these (mount-setup.c). */
const FOLDERS = { '/tmp': [], '/var/tmp': [], '/dev/shm': ['nosuid', 'nodev'] } as const

/** Folders that are there for all, from which programs run. */
export const sharedFolders: Auditor = ({ device }) => {
  const mounts = mountsOf(device)
  const lacking = Object.entries(FOLDERS).flatMap(([directory, options]) => {
    // A unit of the owner's own counts before what is made of fstab (systemd.unit(5), the unit load path).
    const own = mounts.filter((one) => one.directory === directory)
    const inFstab = own.findLast(({ at }) => at.file === '/etc/fstab')
    const mount = own.find(({ at }) => at.file.startsWith('/etc/systemd/')) ?? inFstab ?? own[0] ?? { options }
    const missing = DENIED.filter((what) => !isDenied(mount, what)).map((what) => `no${what}`)
    return missing.length === 0 ? [] : [`${directory} without ${missing.join(', ')}`]
  })
  if (lacking.length === 0) return []
  return [{ rule: 'mount-options', subject: 'mounts', at: undefined, because: lacking.join('; ') }]
}
