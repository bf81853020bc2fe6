import { modprobe } from '../../undone/modprobe.ts'
import { sysctl } from '../../undone/sysctl.ts'
import type { Auditor, Sighting } from '../finding.ts'

/**
 * What is safe of a setting, the value that a spec would give it, and whether the kernel of Raspberry Pi OS has that by itself (kernel's
 * Documentation/admin-guide/sysctl and networking/ip-sysctl).
 */
const SETTINGS: Readonly<Record<string, readonly [safe: RegExp, value: string, byItself: boolean]>> = {
  'kernel.kptr_restrict': [/^[12]$/, '2', false],
  'kernel.dmesg_restrict': [/^1$/, '1', false],
  'kernel.unprivileged_bpf_disabled': [/^[12]$/, '1', true],
  'kernel.perf_event_paranoid': [/^[2-4]$/, '3', true],
  'kernel.sysrq': [/^0$/, '0', false],
  'kernel.randomize_va_space': [/^2$/, '2', true],
  'net.core.bpf_jit_harden': [/^[12]$/, '2', false],
  'fs.suid_dumpable': [/^0$/, '0', true],
  'fs.protected_hardlinks': [/^1$/, '1', false],
  'fs.protected_symlinks': [/^1$/, '1', false],
  'net.ipv4.conf.all.accept_redirects': [/^0$/, '0', false],
  'net.ipv4.conf.all.send_redirects': [/^0$/, '0', false],
  'net.ipv4.conf.all.accept_source_route': [/^0$/, '0', true],
  'net.ipv4.conf.all.rp_filter': [/^[12]$/, '2', false],
  'net.ipv4.tcp_syncookies': [/^[12]$/, '1', true],
  'net.ipv6.conf.all.accept_redirects': [/^0$/, '0', false],
}

/** Of the modules that the standard profile keeps from being loaded. */
const RARE = ['dccp', 'rds', 'sctp', 'tipc']

/** The kernel: settings by which a program gets further than it should, protocols that nobody uses, disks that are plugged in. */
export const kernel: Auditor = ({ device }) => {
  const assigned = sysctl.read(device)
  const last = (key: string) => assigned.findLast((one) => one.key === key)
  const keys = Object.entries(SETTINGS)
  const weakened = keys.flatMap(([key, [safe, value]]): readonly Sighting[] => {
    const one = last(key)
    if (one === undefined || safe.test(one.value)) return []
    const at = { file: one.file, line: one.line }
    const cure = { spec: `hardening: { sysctl: { ${key}: "${value}" } }` }
    return [{ rule: 'kernel-weakened', subject: key, at, because: `${key} is ${one.value}`, cure }]
  })
  const unset = keys.flatMap(([key, [, , byItself]]) => (byItself || last(key) !== undefined ? [] : [key]))
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
