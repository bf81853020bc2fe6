import type { Code } from '../../../base/report/codes.ts'
import { plainPath } from '../../../device/formats/plain-path.ts'
import { groupsOf } from '../../../device/sshd/allow-deny.ts'
import { effectiveFor } from '../../../device/sshd/effective.ts'
import { keysFilesOf } from '../../../device/sshd/strict-modes.ts'
import { type Mount, mountsOf } from '../device-mounts.ts'
import type { Finding, Reader, Way } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { startMounts } from '../start-mounts.ts'

/** What is mounted over the files that decide, or with options that do. */
export const mounts: Reader = (device) => [
  ...mountsOf(device).flatMap((mount) => [...hidden(device, mount), ...limited(device, mount)]),
  ...startMounts(device),
]

const IN_MEMORY = /^(tmpfs|ramfs)$/

/** Folders of the system in which what decides is found. */
const SYSTEM = /^\/(?:(?:etc|usr|bin|sbin|lib|lib64|root|home|var\/lib)(?:\/|$)|var$)/
const HARMLESS =
  /^\/(usr\/(local\/(share|src|games)|share|src|games)|var\/lib\/(docker|containers|mysql|postgresql|lxc|machines|nfs)|home\/[^/]+\/[^.]*)(\/|$)/

function hidden(device: FinishedDevice, mount: Mount): readonly Finding[] {
  const { directory: target, type, source } = mount
  if (target === '/' || !SYSTEM.test(target)) return []
  const keys = keysBelow(device, target).map((user) => hiddenKeys(device, mount, user))
  if (keys.length > 0) return keys
  if (HARMLESS.test(target) || /^\/(home|root)(\/|$)/.test(target) || device.root.list(target).length === 0) return []
  const because = `${source} is mounted at ${target}: what is there then is not what is in the image`
  const isLost = IN_MEMORY.test(type) && /^\/(etc|usr|bin|sbin|lib)(\/|$)/.test(target)
  return [isLost ? shut(mount, 'login', 'ACC016', because) : unproved(mount, because)]
}

/** The owners whose keys are at a path or below it. */
function keysBelow({ root, release, accounts, owners }: FinishedDevice, target: string): readonly string[] {
  return accounts.passwd
    .filter(({ name }) => owners.has(name))
    .filter((user) => {
      const connection = { user: user.name, groups: groupsOf(accounts, user), address: '192.168.1.10' }
      const files = keysFilesOf(root, release, user, effectiveFor(root, release, connection).authorizedKeysFile)
      return files.some((file) => file.startsWith(`${target}/`) && root.lstat(root.resolve(file)) !== undefined)
    })
    .map(({ name }) => name)
}

/** A disk that may be missing, and a folder of the device itself, may show the keys or not. */
function hiddenKeys({ root }: FinishedDevice, mount: Mount, user: string): Finding {
  const { source, directory: target, type, options, isNeeded } = mount
  const because = `${source} is mounted at ${target} and hides the keys`
  const isBind = options.some((option) => /^r?bind$/.test(option))
  const mayShow = isBind ? root.list(plainPath(source) ?? '/').length > 0 : !isNeeded && !IN_MEMORY.test(type)
  return { ...(mayShow ? unproved(mount, because, 'key') : shut(mount, 'key', 'ACC019', because)), user }
}

function limited(device: FinishedDevice, mount: Mount): readonly Finding[] {
  const { root, accounts, owners } = device
  const { directory: target, options } = mount
  const covers = (path: string) => target === '/' || root.resolve(path).startsWith(`${target}/`)
  const shells = accounts.passwd.filter(({ name, shell }) => owners.has(name) && covers(shell || '/bin/sh'))
  const noexec = options.includes('noexec')
    ? shells.map(({ name, shell }) => ({
        ...shut(mount, 'login', 'ACC016', `noexec: ${shell} cannot be run`),
        user: name,
      }))
    : []
  return noexec
}

function shut({ at }: Mount, way: Way, code: Code, because: string): Finding {
  return { answer: 'shut', way, user: undefined, code, at, because, settle: 'take the line out' }
}

function unproved({ at }: Mount, because: string, way: Way = 'login'): Finding {
  const settle = 'take it out, or accept the code if you know what is mounted'
  return { answer: 'unproved', way, user: undefined, code: 'ACC055', at, because, settle }
}
