import { type Mount, parseFstab } from '../../device/formats/fstab.ts'
import type { Context } from './control.ts'
import { imageText } from './edited-file.ts'
import { type BlockLine, withoutBlock } from './own-block.ts'

const CLOSED = ['nodev', 'nosuid', 'noexec']

/** Where `hardening.mountOptions` has a folder mounted, and how (fstab(5)). */
const FOLDERS = {
  tmp: { where: '/tmp', line: `tmpfs /tmp tmpfs ${CLOSED.join(',')},mode=1777,size=50% 0 0` },
  shm: { where: '/dev/shm', line: `tmpfs /dev/shm tmpfs ${CLOSED.join(',')} 0 0` },
  varTmp: { where: '/var/tmp', line: `/var/tmp /var/tmp none bind,${CLOSED.join(',')} 0 0` },
  boot: { where: '/boot/firmware', line: undefined },
} as const

/** Of the boot partition, which keeps no modes of its own, besides: it is for root alone. */
const ROOTS_ALONE = ['fmask=0077', 'dmask=0077']

/**
 * Lines of fstab for folders from which no program is run, and which lines of the image they take the place of: a folder that the image
 * mounts stays what it is, and gets the options. One that the spec mounts has those of the spec.
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
  const overruled: string[] = []
  const lines = (['boot', 'tmp', 'shm', 'varTmp'] as const).flatMap((key): BlockLine[] => {
    const { where, line } = FOLDERS[key]
    if (options[key] !== 'noexec' || own.has(where)) return []
    const there = inFstab.findLast(({ directory }) => directory === where)
    if (there === undefined) return line === undefined ? [] : [{ text: line, origin: origin(key) }]
    const closed = closedLine(there, key === 'boot' ? ROOTS_ALONE : [])
    if (closed === undefined) return []
    overruled.push(where)
    return [{ text: closed, origin: origin(key) }]
  })
  const overrules = new RegExp(`^\\s*[^#\\s]\\S*\\s+(?:${overruled.join('|')})\\s`)
  return { lines, overrules: overruled.length === 0 ? undefined : overrules }
}

/** @returns undefined: it is closed already */
function closedLine({ source, directory, type, options }: Mount, more: readonly string[]): string | undefined {
  const all = [...CLOSED, ...more]
  if (all.every((option) => options.includes(option))) return undefined
  const kept = options.filter((one) => !/^(?:no)?(?:dev|suid|exec)$|^(?:user|users|owner|group)$/.test(one))
  const plain = more.length === 0 ? kept : kept.filter((one) => !/^(?:fmask|dmask|umask)=/.test(one))
  const pass = /^(?:tmpfs|none)$/.test(type) || options.includes('bind') ? 0 : 2
  return `${source} ${directory} ${type} ${[...new Set([...plain, ...all])].filter(Boolean).join(',')} 0 ${pass}`
}
