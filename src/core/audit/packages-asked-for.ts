import { textAt } from '../../device/sshd/files.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { PackageRequest } from '../plan/request.ts'

/** What pibake has asked the first start of an image for, as firstboot/steps/50-packages.sh and 75-packages-remove.sh read it. */
export function packagesAskedFor(root: Tree): readonly PackageRequest[] {
  return (['install', 'remove'] as const).flatMap((action) => {
    const file = `/etc/pibake/first-boot/packages-${action}`
    const names = (textAt(root, file) ?? '').split('\n').filter((name) => name !== '')
    const because = 'its first start does so'
    const origin = { path: [], key: file, position: null, default: null, because }
    return names.map((name) => ({ name, action, origin }))
  })
}
