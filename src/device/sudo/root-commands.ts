import { commandMatches } from './matches.ts'

/** Programs that run what their caller says, or write where it says: run as root, they give root (GTFOBins, "sudo"). */
const GIVES_ROOT = new Set(
  `apt apt-get aptitude dpkg dpkg-reconfigure snap pip pip3 gem npm cpan bash sh dash zsh fish ksh csh tcsh ash rbash
busybox perl ruby lua node php gdb strace ltrace awk gawk mawk nawk sed ed vi vim vim.tiny vim.basic vim.nox nvim view
nano rnano pico emacs joe mcedit mc less more most man find xargs env nice nohup timeout time setsid stdbuf taskset chroot
unshare nsenter chrt ionice flock watch script screen tmux expect socat nc ncat netcat ssh scp sftp rsync tar zip cpio git
make docker podman ctr nerdctl lxc incus systemctl systemd-run journalctl machinectl su sudo pkexec runuser doas setpriv
capsh visudo vipw vigr passwd chpasswd usermod useradd adduser gpasswd groupmod chown chmod setfacl setcap cp mv ln
install dd tee mount crontab at batch service raspi-config nmap tcpdump wget curl openssl ip modprobe insmod kexec gcc cc
ldconfig logrotate mysql psql sqlite3 ftp run-parts start-stop-daemon update-alternatives debugfs ansible-playbook`.split(
    /\s+/,
  ),
)
const INTERPRETER = /^(?:python|perl|lua|ruby|php|node)[\d.]*$/

/** What it does as root stays within what it is for, whatever its arguments. */
const HARMLESS =
  /^(?:poweroff|reboot|halt|shutdown|true|false|id|whoami|groups|uptime|sync|free|vcgencmd|rfkill|ping|ping6|lsusb|lspci|lsblk|pinctrl|raspi-gpio)(?: .*)?$/
/** With these very arguments. */
const HARMLESS_AS_WRITTEN = [
  /^systemctl (?:(?:start|stop|restart|reload|try-restart|is-active|is-enabled)(?: [\w@.:-]+)+|poweroff|reboot|halt|suspend|hibernate|daemon-reload)$/,
  /^service [\w@.-]+ (?:start|stop|restart|reload|force-reload)$/,
]

/** Where programs stand, for rules that name a directory or a pattern. */
const PLACES = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin']

/**
 * What a command of a rule gives to whoever may run it as root; a command without arguments takes any.
 *
 * @param text as it stands in the rule: a path, or a pattern, and its arguments
 */
export function giftOf(text: string): 'root' | 'nothing' | 'unknown' {
  const [path = '', ...args] = text.split(/\s+/)
  if (path === 'list') return 'nothing'
  if (path === 'sudoedit') return args.length === 0 || hasWildcard(args.join(' ')) ? 'root' : 'unknown'
  if (path.endsWith('/') || hasWildcard(path)) return patternGivesRoot(path) ? 'root' : 'unknown'
  const name = path.slice(path.lastIndexOf('/') + 1)
  const called = [name, ...args.filter((arg) => arg !== '""')].join(' ')
  if (HARMLESS.test(called)) return 'nothing'
  if (!hasWildcard(called) && HARMLESS_AS_WRITTEN.some((one) => one.test(called))) return 'nothing'
  const takesAny = args.length === 0 || hasWildcard(args.join(' '))
  return takesAny && givesRoot(name) ? 'root' : 'unknown'
}

/** Whether a program, run as root, runs or writes whatever its caller says. */
export function givesRoot(name: string): boolean {
  return GIVES_ROOT.has(name) || INTERPRETER.test(name)
}

function patternGivesRoot(path: string): boolean {
  return PLACES.some((place) => [...GIVES_ROOT].some((name) => commandMatches(path, `${place}/${name}`) !== false))
}

/** Also the `^` of a regular expression. */
function hasWildcard(text: string): boolean {
  return /[*?[^]/.test(text)
}
