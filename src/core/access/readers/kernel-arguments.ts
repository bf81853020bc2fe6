import { plainPath } from '../../../device/formats/plain-path.ts'
import type { Argument } from '../../../device/systemd/kernel-command-line.ts'
import type { Finding, Reader, Way } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { startOf } from '../start.ts'

/** Words of the kernel command line that start something else, or change what the device is made of. */
export const kernelArguments: Reader = (device) => {
  if (device.boot === undefined) return []
  const found = startOf(device).around.arguments.flatMap((argument) => judge(device, argument))
  return [...found, ...otherFile(device)]
}

const CMDLINE = { file: '/boot/firmware/cmdline.txt', line: 1 }

function judge(device: FinishedDevice, argument: Argument): readonly Finding[] {
  const { name, value, text } = argument
  if (name === 'init') return init(device, value ?? '')
  if (name === 'break') return atConsole(`${text} stops the initramfs at a shell`)
  if (name === 'rw' && value === undefined) return presets(device)
  const reason = unjudged(device, argument)
  return reason === undefined ? [] : [unproved(`${text}: ${reason}`)]
}

/** Stops at a shell: nobody logs in, and whoever is at the screen is root. */
function atConsole(because: string): readonly Finding[] {
  const settle = 'take the word out of cmdline.txt'
  const common = { user: undefined, at: CMDLINE, because, settle } as const
  return [
    { ...common, answer: 'shut', way: 'login', code: 'ACC016' },
    { ...common, answer: 'open', way: 'console', code: 'ACC035' },
  ]
}

/** Bookworm's own first start, which takes its word out of cmdline.txt and starts again. */
const FIRST_START = '/usr/lib/raspberrypi-sys-mods/firstboot'

function init({ root }: FinishedDevice, path: string): readonly Finding[] {
  const real = root.resolve(plainPath(path) ?? '/')
  if (path === FIRST_START || /\/systemd\/systemd$/.test(real)) return []
  if (root.lstat(real) !== undefined && /\/((ba|da|a|z|k)?sh|busybox|sulogin)$/.test(real)) {
    return atConsole(`init=${path} starts a shell in place of systemd`)
  }
  return [unproved(`init=${path} is started in place of systemd`)]
}

/** systemd enables every unit that no preset disables where /etc can be written and has no machine-id yet (machine-id(5)). */
function presets({ root }: FinishedDevice): readonly Finding[] {
  const id = new TextDecoder().decode(root.read('/etc/machine-id') ?? new TextEncoder().encode('uninitialized')).trim()
  return id === 'uninitialized'
    ? [unproved('rw: at its first start systemd enables every unit that no preset disables')]
    : []
}

/** Words of systemd that change no log-in (systemd(1), kernel-command-line(7)). */
const KNOWN =
  /^systemd\.(unit|wants|mask|debug_shell|setenv|default_debug_tty|log_\w+|show_status|status_unit_format|journald\.\w+|machine_id|hostname|firstboot|condition_\w+|crash_\w+|dump_core|cpu_affinity|default_\w+_sec|watchdog_\w+|service_watchdogs|unified_cgroup_hierarchy|legacy_systemd_cgroup_controller|getty_auto|gpt_auto|restore_state|tty\.\w+|\w+\.tty|clock_usec|random_seed|swap|battery_check|early_core_pattern|cgroup_\w+|minimum_uptime_sec|zram|run_\w+)$/

const REASONS: Readonly<Record<string, string>> = {
  rdinit: 'the initramfs starts it in place of its own program',
  nfsroot: 'the root file system is that of a server',
  fstab: 'whether fstab is read at all',
  'systemd.run': 'it is run in place of all else, and ends the start unless it takes its word out',
  'mount.usr': '/usr is mounted from there',
  'systemd.volatile': 'what is below / or /var is gone at each start',
  'systemd.ssh_listen': 'another sshd listens there',
}

function unjudged({ root, packages }: FinishedDevice, { name, value }: Argument): string | undefined {
  if (name === 'root' && value === '/dev/nfs') return REASONS.nfsroot
  if (name === 'boot' && value !== 'local') return `a script '${value}' of the initramfs makes the root file system`
  // The first start's own word: it takes it out by itself while its plan is not done.
  const isOurs = root.lstat('/etc/pibake/first-boot/overlay-root') !== undefined
  if (name === 'overlayroot' && !isOurs && (packages.has('overlayroot') || hasScript(root))) {
    return 'the root file system is in memory, and what the first start does is lost at each restart'
  }
  if (Object.hasOwn(REASONS, name)) return REASONS[name]
  return name.startsWith('systemd.') && !KNOWN.test(name) ? 'what systemd does then' : undefined
}

function hasScript(root: FinishedDevice['root']): boolean {
  return root.lstat('/usr/share/initramfs-tools/scripts/init-bottom/overlayroot') !== undefined
}

/** `cmdline=` of config.txt names another file than cmdline.txt. */
function otherFile({ boot }: FinishedDevice): readonly Finding[] {
  const lines = new TextDecoder().decode(boot?.read('/config.txt') ?? new Uint8Array()).split('\n')
  return lines.flatMap((line, index) => {
    const [, key, value] = /^\s*(cmdline|os_prefix)\s*=\s*(\S+)/.exec(line) ?? []
    if (key === undefined || (key === 'cmdline' && value === 'cmdline.txt')) return []
    return [
      unproved(`${key}=${value} lets the firmware read another command line`, {
        file: '/boot/firmware/config.txt',
        line: index + 1,
      }),
    ]
  })
}

function unproved(because: string, at = CMDLINE, way: Way = 'login'): Finding {
  const settle = 'take the word out'
  return { answer: 'unproved', way, user: undefined, code: 'ACC059', at, because, settle }
}
