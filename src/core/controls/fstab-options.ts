import { parseFstab } from '../../device/formats/fstab.ts'
import type { Context } from './control.ts'
import { imageText } from './edited-file.ts'
import { type BlockLine, withoutBlock } from './own-block.ts'

const CLOSED = ['nodev', 'nosuid', 'noexec']

/** Where `hardening.mountOptions` has a folder mounted, and how (fstab(5)). */
const FOLDERS = {
  tmp: { where: '/tmp', line: `tmpfs /tmp tmpfs ${CLOSED.join(',')},mode=1777,size=50% 0 0` },
  shm: { where: '/dev/shm', line: `tmpfs /dev/shm tmpfs ${CLOSED.join(',')} 0 0` },
  varTmp: { where: '/var/tmp', line: `/var/tmp /var/tmp none bind,${CLOSED.join(',')} 0 0` },
} as const

/**
 * Lines of fstab for folders from which no program is run, and which lines of the image they take the place of. A folder that the image
 * or the spec mounts itself stays as it is.
 */
export function closedFolders({ spec, inventory, because }: Context): {
  lines: readonly BlockLine[]
  overrules: RegExp | undefined
} {
  const options = spec.hardening.mountOptions
  const origin = (key: keyof typeof options) =>
    because(['hardening', 'mountOptions', key], 'no program is run from there, and no device is one')
  const own = new Set(spec.mounts.map(({ where }) => where))
  const inFstab = parseFstab(withoutBlock(imageText(inventory.root, '/etc/fstab')))
  const kinds = (Object.keys(FOLDERS) as (keyof typeof FOLDERS)[]).filter((key) => options[key] === 'noexec')
  const folders = kinds.flatMap((key): BlockLine[] => {
    const { where, line } = FOLDERS[key]
    if (own.has(where)) return []
    const there = inFstab.find(({ directory }) => directory === where)
    return there === undefined ? [{ text: line, origin: origin(key) }] : []
  })
  const boot = options.boot === 'noexec' ? inFstab.find(({ directory }) => directory === '/boot/firmware') : undefined
  if (boot === undefined) return { lines: folders, overrules: undefined }
  const plain = boot.options.filter((option) => !/^(?:no)?(?:dev|suid|exec)$|^(?:fmask|dmask|umask)=/.test(option))
  const all = [...new Set([...plain, ...CLOSED, 'fmask=0077', 'dmask=0077'])].join(',')
  const line = { text: `${boot.source} /boot/firmware ${boot.type} ${all} 0 2`, origin: origin('boot') }
  return { lines: [line, ...folders], overrules: /^\s*[^#\s]\S*\s+\/boot\/firmware\s/ }
}
