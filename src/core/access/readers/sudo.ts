import { isNosuid, mountOf } from '../../../device/formats/fstab.ts'
import { hasDigests } from '../../../device/inspect/package-digests.ts'
import { PLUGINS, sudoConfFaults } from '../../../device/sudo/sudo-conf.ts'
import { mountsOf } from '../device-mounts.ts'
import type { FileLine, Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { sudoRules } from './sudo-rules.ts'
import { sudoSettings } from './sudo-settings.ts'

const PROGRAM = '/usr/bin/sudo'

/** Whether sudo works at all, whom it makes root, and whether that is what the spec says. */
export const sudo: Reader = (device) => {
  const isComing = device.requests.some(({ name, action }) => name === 'sudo' && action === 'install')
  const own = isComing ? [] : [...program(device), ...configuration(device)]
  return [...own, ...sudoSettings(device), ...sudoRules(device)]
}

function program(device: FinishedDevice): readonly Finding[] {
  const { root } = device
  const at = { file: PROGRAM, line: undefined }
  if (device.requests.some(({ name, action }) => name === 'sudo' && action === 'remove')) {
    return [broken(at, 'the first start removes sudo', 'take sudo out of packages.remove')]
  }
  const path = root.resolve(PROGRAM)
  const entry = root.lstat(path)
  if (entry?.kind !== 'file') return [broken(at, 'there is no sudo', 'install sudo in the image')]
  if (entry.uid !== 0 || (entry.mode & 0o4001) !== 0o4001) {
    const because = `sudo does not start as root (mode ${entry.mode.toString(8)}, uid ${entry.uid})`
    return [broken(at, because, `chown root:root ${PROGRAM}, chmod 4755 ${PROGRAM}`)]
  }
  const mount = mountOf(mountsOf(device), path)
  if (mount !== undefined && isNosuid(mount)) {
    return [
      broken(mount.at, `${mount.directory} is mounted with nosuid, so that sudo cannot become root`, 'take nosuid out'),
    ]
  }
  if (hasDigests(root, 'sudo') && root.lstat(root.resolve(`${PLUGINS}/sudoers.so`)) === undefined) {
    const plugin = { file: `${PLUGINS}/sudoers.so`, line: undefined }
    return [broken(plugin, 'the plugin that reads sudoers is not there, and sudo ends', 'reinstall sudo in the image')]
  }
  const others = ['/usr/local/sbin/sudo', '/usr/local/bin/sudo'].filter((other) => root.lstat(other) !== undefined)
  return [
    ...(path === PROGRAM ? [] : [unproved(at, `sudo is ${path}, which may read its rules in its own way`)]),
    ...others.map((file) => unproved({ file, line: undefined }, 'it is found before /usr/bin/sudo')),
  ]
}

function configuration({ root }: FinishedDevice): readonly Finding[] {
  const faults = sudoConfFaults(root).map(({ isBroken, because, at }) =>
    isBroken ? broken(at, because, 'take the line out') : unproved(at, because),
  )
  const lines = new TextDecoder().decode(root.read('/etc/nsswitch.conf') ?? new Uint8Array()).split('\n')
  const services = lines.findIndex((line) => /^\s*sudoers:.*\bsss\b/.test(line))
  if (services === -1) return faults
  return [...faults, unproved({ file: '/etc/nsswitch.conf', line: services + 1 }, 'rules of sudo come from sssd')]
}

function broken(at: FileLine | undefined, because: string, settle: string): Finding {
  return { answer: 'shut', way: 'root', user: undefined, code: 'ACC022', at, because, settle }
}

function unproved(at: FileLine, because: string): Finding {
  const settle = 'take it out, or see on the device what sudo -l -U USER prints'
  return { answer: 'unproved', way: 'root', user: undefined, code: 'ACC057', at, because, settle }
}
