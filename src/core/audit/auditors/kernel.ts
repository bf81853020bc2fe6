import { modprobe } from '../../undone/modprobe.ts'
import { sysctl } from '../../undone/sysctl.ts'
import type { Auditor, Sighting } from '../finding.ts'

/**
 * The safe values of a setting, first that which a spec gives it, and whether the kernel of Raspberry Pi OS has one by itself
 * (kernel's Documentation/admin-guide/sysctl and networking/ip-sysctl).
 */
const SETTINGS: Readonly<Record<string, readonly [safe: readonly string[], byItself: boolean]>> = {
  'kernel.kptr_restrict': [['2', '1'], false],
  'kernel.dmesg_restrict': [['1'], false],
  'kernel.unprivileged_bpf_disabled': [['1', '2'], true],
  'kernel.perf_event_paranoid': [['3', '2', '4'], true],
  'kernel.sysrq': [['0'], false],
  'kernel.randomize_va_space': [['2'], true],
  'net.core.bpf_jit_harden': [['2', '1'], false],
  'fs.suid_dumpable': [['0'], true],
  'fs.protected_hardlinks': [['1'], false],
  'fs.protected_symlinks': [['1'], false],
  'net.ipv4.conf.all.accept_redirects': [['0'], false],
  'net.ipv4.conf.all.send_redirects': [['0'], false],
  'net.ipv4.conf.all.accept_source_route': [['0'], true],
  'net.ipv4.conf.all.rp_filter': [['2', '1'], false],
  'net.ipv4.tcp_syncookies': [['1', '2'], true],
  'net.ipv6.conf.all.accept_redirects': [['0'], false],
}

/** Of the modules that the standard profile keeps from being loaded. */
const RARE = ['dccp', 'rds', 'sctp', 'tipc']

/** The kernel: settings by which a program gets further than it should, protocols that nobody uses, disks that are plugged in. */
export const kernel: Auditor = ({ device }) => {
  const assigned = sysctl.read(device)
  const last = (key: string) => assigned.findLast((one) => one.key === key)
  const keys = Object.entries(SETTINGS)
  const weakened = keys.flatMap(([key, [safe]]): readonly Sighting[] => {
    const one = last(key)
    if (one === undefined || safe.includes(one.value)) return []
    const at = { file: one.file, line: one.line }
    const cure = { spec: `hardening: { sysctl: { ${key}: "${safe[0]}" } }` }
    return [{ rule: 'kernel-weakened', subject: key, at, because: `${key} is ${one.value}`, cure }]
  })
  const unset = keys.flatMap(([key, [, byItself]]) => (byItself || last(key) !== undefined ? [] : [key]))
  return [
    ...weakened,
    ...(unset.length === 0
      ? []
      : [seen('kernel-settings', 'sysctl', `the kernel’s own values count for ${unset.join(', ')}`)]),
    ...modules(device),
  ]
}

function modules(device: Parameters<Auditor>[0]['device']): readonly Sighting[] {
  const blocked = new Set(
    modprobe
      .read(device)
      .filter(({ value }) => /^\/(?:usr\/)?s?bin\/(?:false|true)\b/.test(value))
      .map(({ key }) => key),
  )
  const rare = RARE.filter((name) => !blocked.has(name))
  return [
    ...(rare.length === 0 ? [] : [seen('rare-modules', 'modprobe', `${rare.join(', ')} can be loaded by any program`)]),
    ...(blocked.has('usb_storage') ? [] : [seen('usb-storage', 'USB', 'a disk that is plugged in is taken')]),
  ]
}

function seen(rule: Sighting['rule'], subject: string, because: string): Sighting {
  return { rule, subject, at: undefined, because }
}
