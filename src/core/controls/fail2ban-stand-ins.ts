import type { Release } from '../../device/inspect/inventory.ts'
import { fail2banStock } from './fail2ban-stock.ts'

/**
 * Files that stand for those of Debian's package, for an image that gets it at its first start only: of jail.conf all that
 * other files may refer to, of filters and actions that they are there.
 *
 * @returns text by path; undefined: what is in it is not known
 */
export function fail2banStandIns(release: Release): ReadonlyMap<string, string | undefined> {
  const { filters, actions, jails } = fail2banStock(release)
  const sections = Object.entries(jails).map(([name, logs]) => {
    const logpath = logs.length === 0 ? '%(syslog_authpriv)s' : logs.join('\n  ')
    const backend = logs.length === 0 ? '%(syslog_backend)s' : '%(default_backend)s'
    const filter = OTHER_FILTERS[name] === undefined ? '' : `filter = ${OTHER_FILTERS[name]}\n`
    return `[${name}]\nlogpath = ${logpath}\nbackend = ${backend}\n${filter}`
  })
  const defaults = release === 'trixie' ? fromJournal(JAIL_CONF) : JAIL_CONF
  return new Map<string, string | undefined>([
    ['/etc/fail2ban/fail2ban.conf', '[Definition]\n'],
    ['/etc/fail2ban/jail.conf', [defaults, ...sections].join('\n')],
    ['/etc/fail2ban/jail.d/defaults-debian.conf', DEFAULTS_DEBIAN[release]],
    ...[...filters, ...COMMON_FILTERS].map((name) => [`/etc/fail2ban/filter.d/${name}.conf`, undefined] as const),
    ...[...actions, ...COMMON_ACTIONS].map((name) => [`/etc/fail2ban/action.d/${name}.conf`, undefined] as const),
    ['/etc/fail2ban/action.d/smtp.py', undefined],
  ])
}

/** Jails of jail.conf whose filter has another name than they have. */
const OTHER_FILTERS: Readonly<Record<string, string>> = {
  'openhab-auth': 'openhab',
  'postfix-rbl': 'postfix[mode=rbl]',
  'postfix-sasl': 'postfix[mode=auth]',
  'qmail-rbl': 'qmail',
  'pass2allow-ftp': 'apache-pass',
}

/** What filters and actions of one's own include. */
const COMMON_FILTERS = 'common apache-common botsearch-common exim-common nginx-error-common selinux-common'.split(' ')
const COMMON_ACTIONS = 'firewallcmd-common helpers-common mail-whois-common sendmail-common'.split(' ')

const DEFAULTS_DEBIAN: Readonly<Record<Release, string>> = {
  bookworm: '[sshd]\nenabled = true\n',
  trixie: `[DEFAULT]
banaction = nftables
banaction_allports = nftables[type=allports]

[sshd]
backend = systemd
journalmatch = _SYSTEMD_UNIT=ssh.service + _COMM=sshd
enabled = true
`,
}

/** paths-debian.conf of 1.1.0-8 has these read the journal. */
function fromJournal(text: string): string {
  return text.replace(/^(?!mysql)(\w+_backend) = %\(default_backend\)s$/gm, '$1 = systemd')
}

/** `[DEFAULT]` of jail.conf, paths-common.conf and paths-debian.conf, the same in 1.0.2-2 and 1.1.0-8. */
const JAIL_CONF = `[DEFAULT]
ignorecommand =
bantime = 10m
findtime = 10m
maxretry = 5
maxmatches = %(maxretry)s
backend = auto
usedns = warn
logencoding = auto
enabled = false
mode = normal
filter = %(__name__)s[mode=%(mode)s]
destemail = root@localhost
sender = root@<fq-hostname>
mta = sendmail
protocol = tcp
chain = <known/chain>
port = 0:65535
fail2ban_agent = Fail2Ban/%(fail2ban_version)s
banaction = iptables-multiport
banaction_allports = iptables-allports
action_ = %(banaction)s[port="%(port)s", protocol="%(protocol)s", chain="%(chain)s"]
action_mw = %(action_)s
  %(mta)s-whois[sender="%(sender)s", dest="%(destemail)s", protocol="%(protocol)s", chain="%(chain)s"]
action_mwl = %(action_)s
  %(mta)s-whois-lines[sender="%(sender)s", dest="%(destemail)s", logpath="%(logpath)s", chain="%(chain)s"]
action_xarf = %(action_)s
  xarf-login-attack[service=%(__name__)s, sender="%(sender)s", logpath="%(logpath)s", port="%(port)s"]
action_cf_mwl = cloudflare[cfuser="%(cfemail)s", cftoken="%(cfapikey)s"]
  %(mta)s-whois-lines[sender="%(sender)s", dest="%(destemail)s", logpath="%(logpath)s", chain="%(chain)s"]
action_blocklist_de = blocklist_de[email="%(sender)s", service="%(__name__)s", apikey="%(blocklist_de_apikey)s", agent="%(fail2ban_agent)s"]
action_abuseipdb = abuseipdb
action = %(action_)s
default_backend = %(default/backend)s
syslog_local0 = /var/log/messages
syslog_authpriv = /var/log/auth.log
syslog_daemon = /var/log/daemon.log
syslog_ftp = /var/log/syslog
syslog_mail = /var/log/mail.log
syslog_mail_warn = %(syslog_mail)s
syslog_user = /var/log/user.log
syslog_backend = %(default_backend)s
sshd_log = %(syslog_authpriv)s
sshd_backend = %(default_backend)s
dropbear_log = %(syslog_authpriv)s
dropbear_backend = %(default_backend)s
apache_error_log = /var/log/apache2/*error.log
apache_access_log = /var/log/apache2/*access.log
auditd_log = /var/log/audit/audit.log
exim_main_log = /var/log/exim4/mainlog
nginx_error_log = /var/log/nginx/*error.log
nginx_access_log = /var/log/nginx/*access.log
lighttpd_error_log = /var/log/lighttpd/error.log
suhosin_log = %(syslog_user)s
  %(lighttpd_error_log)s
proftpd_log = /var/log/proftpd/proftpd.log
proftpd_backend = %(default_backend)s
pureftpd_log = %(syslog_ftp)s
pureftpd_backend = %(default_backend)s
wuftpd_log = %(syslog_ftp)s
wuftpd_backend = %(default_backend)s
vsftpd_log = /var/log/vsftpd.log
postfix_log = %(syslog_mail_warn)s
postfix_backend = %(default_backend)s
dovecot_log = %(syslog_mail_warn)s
dovecot_backend = %(default_backend)s
solidpop3d_log = %(syslog_local0)s
mysql_log = %(syslog_daemon)s
mysql_backend = %(default_backend)s
roundcube_errors_log = /var/log/roundcube/errors.log
`
