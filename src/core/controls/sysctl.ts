import { sysctlKey } from '../../device/formats/sysctl-key.ts'
import type { Operation } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import { Traced } from '../render/render.ts'
import { blockedFile } from './blocked-file.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootFile } from './root-file.ts'

const NAME = '99-zz-pibake.conf'
const FILE = `/etc/sysctl.d/${NAME}`

/** Kernel settings, in a file that is read after all others. */
export const sysctl: Control = { name: 'sysctl', compile }

// Not in every kernel of Raspberry Pi OS (facts: no Yama, no user namespace patch; ipv6 and BPF may be left out).
const OPTIONAL =
  /^(kernel\.(yama\.|kexec_load_disabled|unprivileged_|io_uring_)|net\.ipv6\.|net\.core\.bpf_|dev\.tty\.)/

/** What a setting is known to break. */
const BREAKS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^net\.ipv[46]\.(ip_forward|conf\.[^.]+\.forwarding)$/,
    '0',
    'Docker, a WireGuard server, a hotspot and USB gadget networking forward packets and do not work with this',
  ],
  [
    /^net\.ipv4\.conf\.[^.]+\.rp_filter$/,
    '1',
    'a device with two networks, or WireGuard with routing rules, loses answers with this; 2 is the loose form',
  ],
  [/^net\.ipv6\.conf\.[^.]+\.accept_ra$/, '0', 'IPv6 addresses no longer come from the router (SLAAC)'],
  [/^net\.ipv6\.conf\.[^.]+\.disable_ipv6$/, '1', 'there is no IPv6, nor what listens on it'],
  [/^kernel\.unprivileged_userns_clone$/, '0', "browsers' sandboxes and rootless containers do not work with this"],
  [/^kernel\.modules_disabled$/, '1', 'nothing that is plugged in later works, and ufw cannot start'],
  [/^vm\.mmap_rnd_bits$/, '32', 'kernels with 16 KiB pages (Raspberry Pi 5) do not take this'],
]

// /etc/ufw/sysctl.conf of ufw 0.36.2 in both releases, read when ufw starts, after systemd-sysctl.
const UFW_FILE = '/etc/ufw/sysctl.conf'
const UFW: Readonly<Record<string, string>> = {
  'net.ipv4.conf.all.accept_redirects': '0',
  'net.ipv4.conf.default.accept_redirects': '0',
  'net.ipv6.conf.all.accept_redirects': '0',
  'net.ipv6.conf.default.accept_redirects': '0',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.icmp_ignore_bogus_error_responses': '1',
  'net.ipv4.icmp_echo_ignore_all': '0',
  'net.ipv4.conf.all.log_martians': '0',
  'net.ipv4.conf.default.log_martians': '0',
}

function compile(context: Context): Contribution {
  const settings = Object.entries(context.spec.hardening.sysctl).map(([written, value]) => ({
    written,
    key: sysctlKey(written),
    value,
  }))
  const origin = context.because(['hardening', 'sysctl'], 'kernel settings of the profile and the spec')
  if (settings.length === 0) return { operations: [absent(FILE, origin), ...ufwSettings([], context)] }
  const entries = settings.map(({ written, key, value }) => ({
    key,
    value: new Traced(value, context.because(['hardening', 'sysctl', written], 'set in the profile or the spec')),
    // A key with the mark is none to programs that judge a device by its files.
    optional: OPTIONAL.test(key) && context.spec.hardening.mainFiles === 'image',
  }))
  return {
    operations: [rootFile(FILE, { entries }, origin), ...ufwSettings(settings, context)],
    notes: notesOn(settings, context),
  }
}

interface Setting {
  /** As the spec has it. */
  readonly written: string
  readonly key: string
  readonly value: string
}

/** Our values in ufw's own file too, where ufw would set another: it sets them when it starts, after all others. */
function ufwSettings(settings: readonly Setting[], context: Context): Operation[] {
  const { spec, because } = context
  if (!spec.firewall.enabled || spec.files.some(({ path }) => path === UFW_FILE)) return []
  const isOverruled = settings.some(({ key, value }) => UFW[key] !== undefined && UFW[key] !== value)
  const own = isOverruled ? settings.filter(({ key }) => UFW[key] !== undefined) : []
  const names = own.map(({ key }) => key.replaceAll('.', '[./]')).join('|')
  const lines = own.map(({ key, written, value }) => ({
    text: `${key.replaceAll('.', '/')}=${value}`,
    origin: because(['hardening', 'sysctl', written], 'ufw sets it once more when it starts'),
  }))
  const origin = because(['hardening', 'sysctl'], 'ufw sets some of them once more when it starts')
  return blockedFile(context, UFW_FILE, lines, origin, { overrules: new RegExp(`^\\s*(?:${names})\\s*=`) })
}

/** What the settings break: one note for all keys that one thing is true of. */
function notesOn(settings: readonly Setting[], { because }: Context): Note[] {
  const keysOf = new Map<string, Setting[]>()
  const add = (message: string, setting: Setting) => keysOf.set(message, [...(keysOf.get(message) ?? []), setting])
  for (const setting of settings) {
    const { key, value } = setting
    for (const [pattern, bad, message] of BREAKS) if (pattern.test(key) && bad === value) add(message, setting)
  }
  return [...keysOf].map(([message, found]) => ({
    severity: 'warning',
    message: `${found.map(({ key }) => key).join(', ')} = ${found[0]?.value}: ${message}`,
    origin: because(['hardening', 'sysctl', found[0]?.written ?? ''], 'set in the profile or the spec'),
  }))
}
