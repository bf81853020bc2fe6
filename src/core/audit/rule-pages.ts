import { levelOf } from './risk.ts'
import { type Rule, type RuleId, rules } from './rules.ts'

/** What is to be said of a rule beside its row: why it matters, and where else it is asked for. */
interface RulePage {
  /** Sentences. */
  readonly why: string
  /**
   * Recommendations of the CIS Debian Linux 12 Benchmark that a rule of scap-security-guide is for which asks the same; what no
   * program checks has no number here. Held against its references in 0.1.82 (ssg-debian12-xccdf.xml).
   */
  readonly cis: readonly string[]
  /** Likewise of ANSSI-BP-028, "Configuration recommendations of a GNU/Linux system". */
  readonly anssi: readonly string[]
  /** Controls of the DevSec baselines for Linux and SSH (dev-sec/linux-baseline, dev-sec/ssh-baseline) that ask the same. */
  readonly devSec?: readonly string[]
  /** Sections of Raspberry Pi's documentation, "Operational security" (computers/configuration), that say how to close it by hand. */
  readonly guide?: readonly string[]
  /** Pages of manuals. */
  readonly man: readonly string[]
}

const rulePages: Readonly<Record<RuleId, RulePage>> = {
  'ssh-password': {
    why: 'Programs try names and passwords at every address that answers on port 22, all day. A password that a person can remember is found in the end, or is in a list already. A key cannot be guessed.',
    cis: [],
    anssi: [],
    devSec: ['sshd-27', 'sshd-29'],
    guide: ['Improve SSH security'],
    man: ['sshd_config(5), PasswordAuthentication'],
  },
  'ssh-key': {
    why: 'A key in the image opens every device that is made of it, for whoever has the private half. After pibake it is the key of the spec; in an image of somebody else it is theirs.',
    cis: ['5.1.4'],
    anssi: [],
    man: ['sshd(8), AUTHORIZED_KEYS FILE FORMAT'],
  },
  'default-password': {
    why: 'The first thing that is tried against a Raspberry Pi is pi with raspberry, then the passwords of other images. It takes minutes after the device is on a network.',
    cis: [],
    anssi: ['R31'],
    man: ['crypt(5)', 'shadow(5)'],
  },
  'weak-hash': {
    why: 'Whoever has a copy of the image has the hash, and tries passwords against it at leisure: of an old kind, by the billion a second.',
    cis: ['5.3.3.4.3', '5.4.1.4'],
    anssi: ['R68'],
    man: ['crypt(5)'],
  },
  'root-unasked': {
    why: 'With NOPASSWD, every program of that account is root whenever it wants to be: one hole in a web page or a browser is enough for the whole device.',
    cis: ['5.2.4', '5.2.5'],
    anssi: [],
    man: ['sudoers(5), NOPASSWD'],
  },
  'root-way': {
    why: 'A program with the setuid bit, a group such as docker, a rule of polkit or a file that root goes by and others may write: each makes whoever reaches it root, and none asks for anything.',
    cis: ['5.4.2.1', '7.1.11'],
    anssi: ['R50'],
    devSec: ['os-06'],
    man: ['capabilities(7)', 'polkit(8)'],
  },
  'damaged-accounts': {
    why: 'Programs read a damaged line differently: one sees an account where another sees none, and tools that change accounts refuse to work, the one that locks an account too.',
    cis: ['7.2.1', '7.2.5', '7.2.7'],
    anssi: [],
    devSec: ['os-07'],
    man: ['passwd(5)', 'shadow(5)', 'pwck(8)'],
  },
  'console-unasked': {
    why: 'Whoever plugs in a keyboard and a screen, or three wires at the serial pins, is logged in.',
    cis: [],
    anssi: [],
    man: ['agetty(8), --autologin'],
  },
  'other-login': {
    why: 'A second program that lets people in has its own accounts, its own settings and its own holes, and what is done for SSH does nothing for it.',
    cis: ['2.1.19'],
    anssi: ['R62'],
    devSec: ['package-01', 'package-02', 'package-03'],
    man: [],
  },
  unproved: {
    why: 'Something decides who gets in that pibake cannot judge: a program of somebody’s own, a module, a rule. It may be right; nobody but its owner can tell.',
    cis: [],
    anssi: [],
    man: [],
  },
  'no-packet-filter': {
    why: 'Without a filter, every program that opens a port is open to everybody, also one that comes with a package tomorrow.',
    cis: ['4.1.1', '4.2.1', '4.2.3', '4.2.7'],
    anssi: [],
    guide: ['Use a firewall'],
    man: ['ufw(8)', 'nft(8)'],
  },
  listener: {
    why: 'What answers on the network can be attacked from there. A service that nobody needs is taken away; one that somebody needs is opened to those who do.',
    cis: ['4.2.6'],
    anssi: ['R62'],
    guide: ['Use a firewall'],
    man: ['systemd.socket(5)', 'ss(8)'],
  },
  'open-service': {
    why: 'Whoever reaches it is served: messages are read and sent, files are changed, pins are moved, programs are run. Such services are found by programs that try every address.',
    cis: [],
    anssi: ['R62'],
    guide: ['Use a firewall'],
    man: ['mosquitto.conf(5)', 'smb.conf(5)', 'exports(5)', 'snmpd.conf(5)'],
  },
  'plain-text-service': {
    why: 'A password that is sent without TLS is read by every device on the way: one that is broken into in the same network is enough. People use the same password elsewhere.',
    cis: [],
    anssi: [],
    man: ['vsftpd.conf(5), ssl_enable', 'mosquitto.conf(5), certfile'],
  },
  'untold-listener': {
    why: 'A port that nobody can name beforehand is in no rule of a filter, or needs a rule for all of them.',
    cis: ['4.2.6'],
    anssi: [],
    man: ['rpc.mountd(8)', 'ss(8)'],
  },
  'no-limit': {
    why: 'A program that guesses has as many tries as it likes, thousands an hour, and nobody notices.',
    cis: ['5.1.16'],
    anssi: ['R31'],
    devSec: ['package-09'],
    guide: ['Block suspicious activity with fail2ban'],
    man: ['jail.conf(5)'],
  },
  'no-upgrades': {
    why: 'Holes become known every week, and are made use of within days. A device that is not looked at is never upgraded by hand.',
    cis: [],
    anssi: ['R61'],
    guide: ['Update Raspberry Pi OS', 'Automatically update your SSH server'],
    man: ['apt.conf(5)'],
  },
  'boot-secret': {
    why: 'The boot partition has no owners and no modes: every computer that the card is put into reads it, and so does every program on the device.',
    cis: [],
    anssi: ['R50'],
    man: [],
  },
  'first-boot-agent': {
    why: 'Another tool’s file waits for the first start and will make accounts, keys or settings of its own, after everything that was set up here.',
    cis: [],
    anssi: [],
    man: [],
  },
  'private-key': {
    why: 'A private key in an image belongs to everybody who has a copy, and all devices made of it are the same one to whoever trusts that key.',
    cis: ['5.1.2'],
    anssi: ['R50'],
    man: [],
  },
  token: {
    why: 'Passwords and tokens in homes and in folders of programs go with every copy of the image, and open what they are for: repositories, clouds, databases.',
    cis: [],
    anssi: ['R50'],
    devSec: ['os-09'],
    man: [],
  },
  'shared-identity': {
    why: 'A machine ID, host keys or a seed of random numbers in the image make all its copies the same device: they get the same address, and one of them can pass for all.',
    cis: [],
    anssi: [],
    man: ['machine-id(5)', 'random(4)'],
  },
  'network-password': {
    why: 'Each copy of the image holds the passphrase of the network. Of one that was lost or sold, everybody in the house has to be given a new one.',
    cis: [],
    anssi: ['R50'],
    man: ['nm-settings-nmcli(5), 802-11-wireless-security'],
  },
  'world-writable': {
    why: 'Any account and any program on the device can change it: what another account reads from there is anybody’s.',
    cis: ['7.1.11'],
    anssi: ['R54'],
    man: ['chmod(1)'],
  },
  'unsigned-source': {
    why: 'Whoever sits between the device and that server, or takes the server over, installs what he likes, as root.',
    cis: [],
    anssi: [],
    man: ['sources.list(5), trusted', 'apt-secure(8)'],
  },
  vulnerable: {
    why: 'Somebody has published how the package can be attacked, and an upgrade without that hole is there.',
    cis: [],
    anssi: ['R61'],
    guide: ['Update Raspberry Pi OS'],
    man: [],
  },
  'missed-upgrade': {
    why: 'The image was taken from a device that knew of these upgrades and did not make them. What they close is published.',
    cis: [],
    anssi: ['R61'],
    guide: ['Update Raspberry Pi OS'],
    man: ['apt-get(8), upgrade'],
  },
  'changed-file': {
    why: 'Programs of packages are not changed by hand. One that differs was patched by somebody, is damaged, or does something that its package never did.',
    cis: [],
    anssi: [],
    man: ['dpkg(1), --verify'],
  },
  'kernel-weakened': {
    why: 'Somebody has switched off a protection that the kernel has by itself.',
    cis: ['1.5.1', '1.5.3', '3.3.2', '3.3.5', '3.3.7', '3.3.8', '3.3.10'],
    anssi: ['R9', 'R12', 'R13', 'R14'],
    devSec: [
      'sysctl-02',
      'sysctl-11',
      'sysctl-13',
      'sysctl-14',
      'sysctl-16',
      'sysctl-20',
      'sysctl-30',
      'sysctl-31a',
      'sysctl-32',
      'sysctl-34',
    ],
    man: ['sysctl.d(5)'],
  },
  'kernel-settings': {
    why: 'The kernel’s own values tell programs where things lie in its memory, and take redirections from strangers.',
    cis: ['3.3.2', '3.3.5', '3.3.7'],
    anssi: ['R9', 'R12', 'R13', 'R14'],
    devSec: ['sysctl-02', 'sysctl-14', 'sysctl-16', 'sysctl-20', 'sysctl-30', 'sysctl-34'],
    man: ['sysctl.d(5)'],
  },
  'rare-modules': {
    why: 'Any program may have the kernel load protocols that hardly anybody uses, and in which holes keep being found.',
    cis: ['3.2.1', '3.2.2', '3.2.3', '3.2.4'],
    anssi: [],
    man: ['modprobe.d(5)'],
  },
  'mount-options': {
    why: 'What somebody was brought to fetch, and what a program that was taken over writes, lies in /tmp, /var/tmp or /dev/shm, for these are open to all. Mounted with noexec, nosuid and nodev they hold no program, and nothing that runs as another.',
    cis: [
      '1.1.2.1.2',
      '1.1.2.1.3',
      '1.1.2.1.4',
      '1.1.2.2.2',
      '1.1.2.2.3',
      '1.1.2.2.4',
      '1.1.2.5.2',
      '1.1.2.5.3',
      '1.1.2.5.4',
    ],
    anssi: ['R28'],
    man: ['mount(8)', 'fstab(5)'],
  },
  'usb-storage': {
    why: 'A disk that somebody plugs in is read by the kernel and by programs, and takes away what is on the device.',
    cis: ['1.1.1.9'],
    anssi: [],
    man: ['modprobe.d(5)'],
  },
  'bluetooth-on': {
    why: 'It answers everybody within some ten metres, and its protocols are read by the kernel and by a daemon that runs as root. Where nothing is paired with the device it is for nobody.',
    cis: ['3.1.3'],
    anssi: ['R62'],
    man: ['bluetoothd(8)'],
  },
  'apparmor-off': {
    why: 'AppArmor keeps a program that was taken over to what it needs. The kernel of Raspberry Pi OS has it, and does not start it by itself.',
    cis: ['1.3.1.1', '1.3.1.2'],
    anssi: ['R45'],
    man: ['apparmor(7)'],
  },
}

/** What somebody needs to make use of a finding. */
const NEEDED = {
  network: 'the network',
  local: 'an account or a program of the device',
  hands: 'the device or its card in hand',
  copy: 'a copy of the image',
} as const

/** What a rule is about, why it matters, what closes it, and where else it is asked for. @returns Markdown */
export function rulePageText(id: RuleId): string {
  const { title, by, likelihood, impact, cure }: Rule = rules[id]
  const { why, cis, anssi, devSec = [], guide = [], man } = rulePages[id]
  const line = (name: string, list: readonly string[]) => (list.length === 0 ? [] : [`- ${name}: ${list.join(', ')}`])
  const references = [
    ...line('CIS Debian Linux 12', cis),
    ...line('ANSSI-BP-028', anssi),
    ...line('DevSec', devSec),
    ...line('Raspberry Pi documentation, Operational security', guide),
    ...line('manuals', man),
  ]
  const closed = 'spec' in cure ? ['```yaml', cure.spec, '```'] : [`No spec closes it: ${cure.cannot}.`]
  return [
    `# ${id}`,
    '',
    `${title}. ${why}`,
    '',
    `What it takes is ${NEEDED[by]}. Likelihood ${likelihood} of 4, impact ${impact} of 4: ${levelOf(likelihood, impact)}, for an ordinary device at home.`,
    '',
    ...closed,
    ...(references.length === 0 ? [] : ['', ...references]),
    '',
  ].join('\n')
}
