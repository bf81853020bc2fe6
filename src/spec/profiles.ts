import type { Fail2ban, Firewall, Hardening, Hardware, Packages, Spec, Ssh, Updates } from './spec.ts'

/** What a spec has where it says nothing. Every entry can be overridden by the key of the same name. */
export interface Defaults {
  readonly ssh: Pick<Ssh, 'enabled' | 'port' | 'passwordAuthentication' | 'hostKeys'>
  readonly firewall: Omit<Firewall, 'rules'>
  readonly fail2ban: Fail2ban
  readonly updates: Updates
  readonly packages: Packages
  readonly services: Spec['services']
  readonly hardware: Hardware
  readonly hardening: Hardening
}

// No known conflict with programs that people run on a Pi (docs/spec.md says what each may break).
const sysctl = {
  'kernel.kptr_restrict': '2',
  'kernel.dmesg_restrict': '1',
  'kernel.unprivileged_bpf_disabled': '1',
  'kernel.perf_event_paranoid': '3',
  'kernel.sysrq': '0',
  'kernel.core_uses_pid': '1',
  'net.core.bpf_jit_harden': '2',
  'fs.suid_dumpable': '0',
  'fs.protected_hardlinks': '1',
  'fs.protected_symlinks': '1',
  'fs.protected_fifos': '2',
  'fs.protected_regular': '2',
  'dev.tty.ldisc_autoload': '0',
  'net.ipv4.tcp_syncookies': '1',
  'net.ipv4.tcp_rfc1337': '1',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.icmp_ignore_bogus_error_responses': '1',
  // 2 (loose), for 1 drops the answers of devices with two networks.
  'net.ipv4.conf.all.rp_filter': '2',
  'net.ipv4.conf.default.rp_filter': '2',
  'net.ipv4.conf.all.accept_redirects': '0',
  'net.ipv4.conf.default.accept_redirects': '0',
  'net.ipv4.conf.all.secure_redirects': '0',
  'net.ipv4.conf.default.secure_redirects': '0',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.conf.all.accept_source_route': '0',
  'net.ipv4.conf.default.accept_source_route': '0',
  'net.ipv6.conf.all.accept_redirects': '0',
  'net.ipv6.conf.default.accept_redirects': '0',
  'net.ipv6.conf.all.accept_source_route': '0',
  'net.ipv6.conf.default.accept_source_route': '0',
}

// Network protocols and file systems that hardly anybody uses and in which holes keep being found; no disk of a Pi
// needs one to start.
const blockedModules = [
  'cramfs',
  'dccp',
  'firewire-core',
  'firewire-ohci',
  'firewire-sbp2',
  'freevxfs',
  'hfs',
  'hfsplus',
  'jffs2',
  'rds',
  'sctp',
  'tipc',
  'udf',
]

const standard: Defaults = {
  ssh: { enabled: true, port: 22, passwordAuthentication: false, hostKeys: 'device' },
  firewall: { enabled: true, incoming: 'deny', outgoing: 'allow', routed: 'deny', logging: 'low' },
  fail2ban: {
    enabled: true,
    ignoreip: ['127.0.0.1/8', '::1'],
    jails: {
      sshd: { maxretry: 5, findtime: '10m', bantime: '1h' },
      recidive: { maxretry: 3, findtime: '1d', bantime: '1w' },
    },
  },
  updates: { firstBoot: 'security', unattended: true, sshServerDaily: true, reboot: undefined },
  packages: { bundle: true, keep: false, snapshot: undefined, install: [], debs: [], remove: [] },
  services: { disable: [], mask: [] },
  hardware: { wifi: 'on', bluetooth: 'on', usbStorage: 'allow' },
  hardening: {
    appArmor: true,
    sysctl,
    blockedModules,
    coreDumps: false,
    journal: { storage: 'persistent', maxUse: '64M' },
    serialConsole: 'on',
    autologin: 'off',
  },
}

const strict: Defaults = {
  ...standard,
  fail2ban: {
    ...standard.fail2ban,
    jails: {
      sshd: { maxretry: 3, findtime: '10m', bantime: -1 },
      recidive: { maxretry: 3, findtime: '1d', bantime: -1 },
    },
  },
  updates: { ...standard.updates, reboot: '04:30' },
  services: { disable: ['ModemManager', 'avahi-daemon', 'triggerhappy'], mask: [] },
  hardware: { wifi: 'on', bluetooth: 'off', usbStorage: 'block' },
  hardening: {
    ...standard.hardening,
    sysctl: {
      ...sysctl,
      'kernel.kexec_load_disabled': '1',
      'kernel.yama.ptrace_scope': '1',
      'net.ipv4.conf.all.log_martians': '1',
      'net.ipv4.conf.default.log_martians': '1',
      'net.ipv4.conf.all.rp_filter': '1',
      'net.ipv4.conf.default.rp_filter': '1',
      'net.ipv4.ip_forward': '0',
      'net.ipv6.conf.all.forwarding': '0',
    },
    blockedModules: [...blockedModules, 'atm', 'ax25', 'can', 'netrom', 'rose'].sort(),
    serialConsole: 'off',
  },
}

export const profiles: Readonly<Record<Spec['profile'], Defaults>> = { standard, strict }
