import { bytewise } from '../order.ts'
import { Traced } from '../render/render.ts'
import type { Tree } from '../tree/tree.ts'
import type { Context, Contribution, Control, Note } from './control.ts'
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
    key: dotted(written),
    value,
  }))
  const origin = context.because(['hardening', 'sysctl'], 'kernel settings of the profile and the spec')
  if (settings.length === 0) return { operations: [absent(FILE, origin)] }
  const entries = settings.map(({ written, key, value }) => ({
    key,
    value: new Traced(value, context.because(['hardening', 'sysctl', written], 'set in the profile or the spec')),
    optional: OPTIONAL.test(key),
  }))
  return { operations: [rootFile(FILE, { entries }, origin)], notes: notesOn(settings, context) }
}

interface Setting {
  /** As the spec has it. */
  readonly written: string
  readonly key: string
  readonly value: string
}

/** What the settings break, and who overrules them: one note for all keys that one thing is true of. */
function notesOn(settings: readonly Setting[], { spec, inventory, because }: Context): Note[] {
  const later = laterFiles(inventory.root)
  const ufw = (key: string) => (spec.firewall.enabled ? UFW[key] : undefined)
  const keysOf = new Map<string, Setting[]>()
  const add = (message: string, setting: Setting) => keysOf.set(message, [...(keysOf.get(message) ?? []), setting])
  for (const setting of settings) {
    const { key, value } = setting
    for (const [pattern, bad, message] of BREAKS) if (pattern.test(key) && bad === value) add(message, setting)
    for (const file of later) if (file.keys.has(key)) add(`${file.path} of the image is read later and wins`, setting)
    const other = ufw(key)
    if (other !== undefined && other !== value) {
      add(`ufw sets ${other} when it starts, and that wins (/etc/ufw/sysctl.conf)`, setting)
    }
  }
  return [...keysOf].map(([message, found]) => ({
    severity: 'warning',
    message: `${found.map(({ key }) => key).join(', ')} = ${found[0]?.value}: ${message}`,
    origin: because(['hardening', 'sysctl', found[0]?.written ?? ''], 'set in the profile or the spec'),
  }))
}

/** `net/ipv4/ip_forward` is `net.ipv4.ip_forward`, unless a dot came first (sysctl.d(5)). */
function dotted(key: string): string {
  const first = /[./]/.exec(key)?.[0]
  if (first !== '/') return key
  return key.replaceAll(/[./]/g, (separator) => (separator === '/' ? '.' : '/'))
}

/** The image's files that are read after ours: files of all folders are sorted by name together. */
function laterFiles(root: Tree): readonly { path: string; keys: ReadonlySet<string> }[] {
  return ['/usr/lib/sysctl.d', '/usr/local/lib/sysctl.d', '/etc/sysctl.d'].flatMap((folder) =>
    root
      .list(folder)
      .filter((name) => name.endsWith('.conf') && bytewise(name, NAME) > 0)
      .map((name) => {
        const path = `${folder}/${name}`
        const lines = new TextDecoder().decode(root.read(path) ?? new Uint8Array()).split('\n')
        return { path, keys: new Set(lines.map((line) => dotted(line.replace(/^\s*-?/, '').replace(/\s*=.*/, '')))) }
      }),
  )
}
