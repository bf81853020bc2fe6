import type { Spec } from '../../spec-file/spec.ts'
import type { Rule } from './rule.ts'

const STARTS = 'it decides what is started, and from where'

/** Keys of config.txt, and names of parameters and overlays, that are not set here, and why. */
const CONFIG: readonly (readonly [RegExp, string])[] = [
  [
    /^(kernel(_\w+)?|initramfs|auto_initramfs|ramfsfile|ramfsaddr|boot_ramdisk|os_prefix|overlay_prefix|cmdline|include|start\w*|fixup\w*|armstub|arm_64bit|device_tree\w*|boot_partition|tryboot\w*|bootloader_update)$/,
    STARTS,
  ],
  [/^program_/, 'it writes into the chip, which nobody can take back'],
  [/^(dtparam=(i2c|i2c_arm|i2c1))$/, 'hardware.interfaces.i2c does that'],
  [/^dtparam=spi$/, 'hardware.interfaces.spi does that'],
  [/^dtparam=i2s$/, 'hardware.interfaces.i2s does that'],
  [/^(enable_uart|dtparam=uart0)$/, 'hardware.interfaces.uart does that'],
  [/^camera_auto_detect$/, 'hardware.interfaces.camera does that'],
  [/^dtparam=watchdog$/, 'hardware.watchdog does that'],
  [/^dtoverlay=disable-wifi(-pi5)?$/, 'hardware.wifi: "off" does that'],
  [/^dtoverlay=disable-bt(-pi5)?$/, 'hardware.bluetooth: "off" does that'],
]

/** Names of words of the kernel command line that are neither added nor taken away here, and why. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /^(root|rootfstype|rootflags|rootdelay|rootwait|ro|rw|init|rdinit|initrd|boot|break|nfsroot|fstab|resume|mount\.\w+|rd\..*|systemd\..*|emergency|rescue|single|auto|[sS1-5]|-[bs])$/,
    STARTS,
  ],
  [/^(apparmor|security|lsm)$/, 'hardening.appArmor does that'],
  [/^(overlayroot|pibake\.\w+)$/, 'hardening.overlayRoot does that'],
  [/^cfg80211\.ieee80211_regdom$/, 'network.wifi.country does that'],
  [/^(cloud-init|ds)$/, 'pibake keeps cloud-init off'],
  [/^(module_blacklist|modprobe\.blacklist)$/, 'hardening.blockedModules does that'],
]

const SERIAL = /^console=(serial|ttyAMA|ttyS)\d/

/** What the firmware and the kernel are told takes no other key's word back, and does not keep the device from starting. */
export const bootSettingsUndoNothing: Rule = {
  reads: ['hardware', 'hardening'],
  check({ spec, written }, report) {
    const { configTxt, cmdline, interfaces } = spec.hardware
    for (const [i, { line }] of configTxt.entries()) {
      const reason = subjects(line).flatMap((one) => CONFIG.find(([pattern]) => pattern.test(one))?.[1] ?? [])[0]
      if (reason === undefined) continue
      report.error('HWR004', ['hardware', 'configTxt', i, 'line'], `${line} is not set here: ${reason}`)
    }
    for (const list of ['add', 'remove'] as const) {
      for (const [i, word] of cmdline[list].entries()) {
        const reason = whyNot(word, spec, list)
        const path = ['hardware', 'cmdline', list, i]
        if (reason !== undefined) report.error('HWR004', path, `${word} is not for hardware.cmdline: ${reason}`)
        if (list === 'remove' && cmdline.add.includes(word)) {
          report.error('HWR004', path, `${word} is in hardware.cmdline.add as well`)
        }
      }
    }
    if (interfaces.uart === false && written.hardening?.serialConsole === 'on') {
      const hint = 'hardware.interfaces.uart: true, or hardening.serialConsole: "off"'
      const message = 'hardening.serialConsole wants a log-in on the serial port, which is off'
      report.error('HWR006', ['hardware', 'interfaces', 'uart'], message, hint)
    }
  },
}

/** `gpu_mem`, `dtparam=spi`, `dtoverlay=disable-bt`: what a line is about. */
function subjects(line: string): readonly string[] {
  const [key = '', value = ''] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]
  const plain = key.replace(/:\d$/, '').toLowerCase()
  if (plain === 'dtoverlay' || plain === 'device_tree_overlay') return [`dtoverlay=${value.split(',')[0]}`]
  if (plain !== 'dtparam' && plain !== 'device_tree_param') return [plain]
  return value.split(',').map((one) => `dtparam=${one.split('=')[0]}`)
}

function whyNot(word: string, { hardening }: Spec, list: 'add' | 'remove'): string | undefined {
  const name = word.split('=')[0] as string
  const decided = WORDS.find(([pattern]) => pattern.test(name))?.[1]
  if (decided !== undefined || !SERIAL.test(word)) return decided
  return list === 'remove' || hardening.serialConsole === 'off' ? 'hardening.serialConsole decides about it' : undefined
}
