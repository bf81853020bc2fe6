import * as f from '../fields.ts'
import { flag, list, oneOf, section, setting } from '../values.ts'

const folder = (description: string) => setting(oneOf(['image', 'noexec'], description), 'image', 'noexec')

export const mountOptions = section(
  {
    tmp: folder(
      '/tmp in memory, with nodev, nosuid and noexec. May break: installers that unpack themselves there; apt gets a folder of its own.',
    ),
    shm: folder('/dev/shm with nodev, nosuid and noexec. May break: programs that run code from shared memory.'),
    varTmp: folder(
      '/var/tmp with nodev, nosuid and noexec, by a bind mount. May break: programs that build and run something there.',
    ),
    boot: folder(
      '/boot/firmware with nodev, nosuid and noexec, for root alone. May break: programs of users that read config.txt.',
    ),
  },
  'Folders from which no program is run.',
)

export const jobs = setting(
  oneOf(
    ['image', 'root'],
    'Who may have jobs by cron and at: `root`, nobody else. May break: crontabs of users; `services.timers` does the same.',
  ),
  'image',
  'root',
)

export const fileModes = setting(
  oneOf(
    ['image', 'closed'],
    'Modes of cron’s folders, sshd_config, logs, backups of account files and the owners’ dot files: `closed`, for those alone whom they concern. May break: programs of users that read logs or cron’s folders; members of adm read logs still.',
  ),
  'image',
  'closed',
)

export const banner = setting(
  f.bannerText(
    'Text before each log-in (/etc/issue, /etc/issue.net and sshd); empty: as the image has it. May break: clients that take what is said before a log-in for an error.',
  ),
  '',
  'Authorized users only. All activity on this private system may be monitored and recorded,\nand unauthorized access is prohibited and will be reported. By continuing you consent to this legal notice.\n',
)

export const mainFiles = setting(
  oneOf(
    ['image', 'same'],
    'The main files of sshd, journald and pwquality: `same`, they say what pibake’s drop-ins say, for programs that look there alone. May break: questions of dpkg at an upgrade by hand; the automatic ones keep changed files.',
  ),
  'image',
  'same',
)

export const sysctlAgain = setting(
  flag(
    'The kernel settings are made once more when the network is up, for interfaces that come later. May break: what another program has set in between.',
  ),
  false,
  true,
)

export const timeSync = setting(
  oneOf(
    ['image', 'timesyncd'],
    'What sets the clock: `timesyncd`, systemd-timesyncd is installed and on, unless the image has chrony or ntpsec.',
  ),
  'image',
  'timesyncd',
)

const TOOLS = [
  'apparmor-utils',
  'apt-listchanges',
  'apt-show-versions',
  'debsums',
  'libpam-tmpdir',
  'needrestart',
] as const

export const tools = setting(
  list(
    oneOf(TOOLS, 'A package.'),
    'Small packages that say what upgrades leave undone and which files differ, and give each user an own temporary folder. May break, with libpam-tmpdir: programs that meet in /tmp.',
  ),
  [],
  [...TOOLS],
)

export const recording = setting(
  list(
    oneOf(
      ['acct', 'auditd', 'sysstat'],
      'auditd: changes of accounts, sudo rules and sshd’s settings. acct: a record of 64 bytes for each process that ends. sysstat: figures every ten minutes.',
    ),
    'What is recorded beside the journal; each wears the card.',
  ),
  [],
)
