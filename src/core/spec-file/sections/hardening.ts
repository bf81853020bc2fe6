import * as v from 'valibot'
import * as f from '../fields.ts'
import { flag, layered, list, oneOf, section, setting, table } from '../values.ts'
import { idle, lockout, passwords, su, sudoRules, umask } from './account-rules.ts'
import {
  banner,
  fileModes,
  jobs,
  mainFiles,
  mountOptions,
  recording,
  sysctlAgain,
  timeSync,
  tools,
} from './system-rules.ts'

// No known conflict with programs that people run on a Pi (docs/spec.md says what each may break).
const SYSCTL = {
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

const STRICT_SYSCTL = {
  'kernel.kexec_load_disabled': '1',
  'kernel.yama.ptrace_scope': '1',
  'net.ipv4.conf.all.log_martians': '1',
  'net.ipv4.conf.default.log_martians': '1',
  'net.ipv4.conf.all.rp_filter': '1',
  'net.ipv4.conf.default.rp_filter': '1',
  'net.ipv4.ip_forward': '0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.ipv4.conf.all.forwarding': '0',
  'net.ipv4.conf.default.forwarding': '0',
  'net.ipv6.conf.default.forwarding': '0',
  'kernel.randomize_va_space': '2',
  'kernel.ctrl-alt-del': '0',
  'net.ipv4.conf.all.bootp_relay': '0',
  'net.ipv4.conf.all.mc_forwarding': '0',
  'net.ipv4.conf.all.proxy_arp': '0',
}

// Network protocols and file systems that hardly anybody uses and in which holes keep being found; no disk of a Pi
// needs one to start.
const BLOCKED_MODULES = [
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

const sysctl = layered(
  table(
    /^[a-z0-9_]+([./][A-Za-z0-9_*-]+)+$/,
    { code: 'SVC011', predicate: 'is not a sysctl key', hint: 'e.g. kernel.kptr_restrict' },
    v.union([f.sysctlValue('Value.'), v.pipe(v.number(), v.transform(String)), v.null()]),
    'Kernel settings on top of those of the profile; null drops one.',
  ),
  SYSCTL,
  STRICT_SYSCTL,
)

const journal = section(
  {
    storage: setting(
      oneOf(['persistent', 'volatile', 'image'], 'Where the journal is kept; `image`: as the image has it.'),
      'persistent',
    ),
    maxUse: setting(f.size('How much space the journal may take, e.g. 64M.'), '64M'),
    forward: setting(
      oneOf(
        ['image', 'no'],
        'Whether the journal is sent on to a syslog daemon; `no` may break: rsyslog gets nothing.',
      ),
      'image',
      'no',
    ),
  },
  'The journal of systemd.',
)

export const hardening = section(
  {
    appArmor: setting(flag('AppArmor on, through cmdline.txt.'), true),
    sysctl: v.pipe(sysctl, v.transform(withoutNull)),
    blockedModules: setting(
      list(
        f.moduleName('Name of a kernel module.'),
        'Kernel modules that cannot be loaded; replaces the list of the profile.',
      ),
      BLOCKED_MODULES,
      [...BLOCKED_MODULES, 'atm', 'ax25', 'can', 'netrom', 'rose'].sort(),
    ),
    coreDumps: setting(flag('Whether crashed programs leave a core dump.'), false),
    journal: setting(journal, {}),
    serialConsole: setting(oneOf(['on', 'off'], 'The login on the serial port.'), 'on', 'off'),
    overlayRoot: setting(
      oneOf(
        ['off', 'afterFirstStart'],
        'Whether the root file system is left as it is once the first start is done: what is written goes into memory, and is gone at the next start.',
      ),
      'off',
    ),
    autologin: setting(oneOf(['keep', 'off'], 'The login without a password at the screen.'), 'off'),
    umask,
    passwords: setting(passwords, {}),
    lockout: setting(lockout, {}),
    su,
    sudo: setting(sudoRules, {}),
    idle: setting(idle, {}),
    mountOptions: setting(mountOptions, {}),
    jobs,
    fileModes,
    banner,
    mainFiles,
    sysctlAgain,
    timeSync,
    tools,
    recording,
  },
  'Settings of the system that the profile chooses.',
)

function withoutNull(table: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(table).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
}
