import type { Release } from '../../device/inspect/inventory.ts'

/**
 * What Debian's fail2ban packages bring (bookworm 1.0.2-2, trixie 1.1.0-8): an image has the package only after its
 * first start, so the names must be known beforehand. Read from the packages' filter.d, action.d and jail.conf.
 */
export interface Fail2banStock {
  readonly filters: readonly string[]
  /** Filters that say themselves which journal entries they read. */
  readonly journalFilters: readonly string[]
  readonly actions: readonly string[]
  /** Jails of jail.conf → the log files they read; an empty list: what they read comes from syslog, so the journal has it. */
  readonly jails: Readonly<Record<string, readonly string[]>>
}

export function fail2banStock(release: Release): Fail2banStock {
  if (release === 'bookworm') return bookworm
  return trixie
}

const words = (text: string) => text.trim().split(/\s+/)

const bookworm: Fail2banStock = {
  filters: words(`
    3proxy apache-auth apache-badbots apache-botsearch apache-fakegooglebot apache-modsecurity apache-nohome
    apache-noscript apache-overflows apache-pass apache-shellshock assp asterisk bitwarden centreon counter-strike
    courier-auth courier-smtp cyrus-imap directadmin domino-smtp dovecot dropbear drupal-auth ejabberd-auth exim
    exim-spam freeswitch froxlor-auth gitlab grafana groupoffice gssftpd guacamole haproxy-http-auth horde kerio
    lighttpd-auth mongodb-auth monit monitorix mssql-auth murmur mysqld-auth nagios named-refused nginx-bad-request
    nginx-botsearch nginx-http-auth nginx-limit-req nsd openhab openwebmail oracleims pam-generic perdition
    php-url-fopen phpmyadmin-syslog portsentry postfix proftpd pure-ftpd qmail recidive roundcube-auth scanlogd
    screensharingd selinux-ssh sendmail-auth sendmail-reject sieve slapd softethervpn sogo-auth solid-pop3d squid
    squirrelmail sshd stunnel suhosin tine20 traefik-auth uwimap-auth vsftpd webmin-auth wuftpd xinetd-fail
    znc-adminlog zoneminder`),
  journalFilters: words(`
    asterisk dovecot ejabberd-auth murmur nginx-bad-request nginx-botsearch nginx-http-auth nginx-limit-req postfix
    proftpd pure-ftpd recidive roundcube-auth sendmail-auth sendmail-reject sshd znc-adminlog`),
  actions: words(`
    abuseipdb apf apprise blocklist_de bsd-ipfw cloudflare cloudflare-token complain dshield dummy
    firewallcmd-allports firewallcmd-ipset firewallcmd-multiport firewallcmd-new firewallcmd-rich-logging
    firewallcmd-rich-rules hostsdeny ipfilter ipfw iptables iptables-allports iptables-ipset iptables-ipset-proto4
    iptables-ipset-proto6 iptables-ipset-proto6-allports iptables-multiport iptables-multiport-log iptables-new
    iptables-xt_recent-echo ipthreat mail mail-buffered mail-whois mail-whois-lines mynetwatchman netscaler nftables
    nftables-allports nftables-multiport nginx-block-map npf nsupdate osx-afctl osx-ipfw pf route sendmail
    sendmail-buffered sendmail-geoip-lines sendmail-whois sendmail-whois-ipjailmatches sendmail-whois-ipmatches
    sendmail-whois-lines sendmail-whois-matches shorewall shorewall-ipset-proto6 symbiosis-blacklist-allports ufw
    xarf-login-attack`),
  jails: {
    sshd: [],
    dropbear: [],
    'selinux-ssh': ['/var/log/audit/audit.log'],
    'apache-auth': ['/var/log/apache2/*error.log'],
    'apache-badbots': ['/var/log/apache2/*access.log'],
    'apache-noscript': ['/var/log/apache2/*error.log'],
    'apache-overflows': ['/var/log/apache2/*error.log'],
    'apache-nohome': ['/var/log/apache2/*error.log'],
    'apache-botsearch': ['/var/log/apache2/*error.log'],
    'apache-fakegooglebot': ['/var/log/apache2/*access.log'],
    'apache-modsecurity': ['/var/log/apache2/*error.log'],
    'apache-shellshock': ['/var/log/apache2/*error.log'],
    'openhab-auth': ['/opt/openhab/logs/request.log'],
    'nginx-http-auth': ['/var/log/nginx/*error.log'],
    'nginx-limit-req': ['/var/log/nginx/*error.log'],
    'nginx-botsearch': ['/var/log/nginx/*error.log'],
    'nginx-bad-request': ['/var/log/nginx/*access.log'],
    'php-url-fopen': ['/var/log/nginx/*access.log', '/var/log/apache2/*access.log'],
    suhosin: ['/var/log/user.log', '/var/log/lighttpd/error.log'],
    'lighttpd-auth': ['/var/log/lighttpd/error.log'],
    'roundcube-auth': ['/var/log/roundcube/errors.log'],
    openwebmail: ['/var/log/openwebmail.log'],
    horde: ['/var/log/horde/horde.log'],
    groupoffice: ['/home/groupoffice/log/info.log'],
    'sogo-auth': ['/var/log/sogo/sogo.log'],
    tine20: ['/var/log/tine20/tine20.log'],
    'drupal-auth': [],
    guacamole: ['/var/log/tomcat*/catalina.out'],
    monit: ['/var/log/monit', '/var/log/monit.log'],
    'webmin-auth': [],
    'froxlor-auth': [],
    squid: ['/var/log/squid/access.log'],
    '3proxy': ['/var/log/3proxy.log'],
    proftpd: [],
    'pure-ftpd': [],
    gssftpd: [],
    wuftpd: [],
    vsftpd: ['/var/log/vsftpd.log'],
    assp: ['/root/path/to/assp/logs/maillog.txt'],
    'courier-smtp': [],
    postfix: [],
    'postfix-rbl': [],
    'sendmail-auth': [],
    'sendmail-reject': [],
    'qmail-rbl': ['/service/qmail/log/main/current'],
    dovecot: [],
    sieve: [],
    'solid-pop3d': ['/var/log/messages'],
    exim: ['/var/log/exim4/mainlog'],
    'exim-spam': ['/var/log/exim4/mainlog'],
    kerio: ['/opt/kerio/mailserver/store/logs/security.log'],
    'courier-auth': [],
    'postfix-sasl': [],
    perdition: [],
    squirrelmail: ['/var/lib/squirrelmail/prefs/squirrelmail_access_log'],
    'cyrus-imap': [],
    'uwimap-auth': [],
    'named-refused': ['/var/log/named/security.log'],
    nsd: ['/var/log/nsd.log'],
    asterisk: ['/var/log/asterisk/messages'],
    freeswitch: ['/var/log/freeswitch.log'],
    'znc-adminlog': ['/var/lib/znc/moddata/adminlog/znc.log'],
    'mysqld-auth': [],
    'mssql-auth': ['/var/opt/mssql/log/errorlog'],
    'mongodb-auth': ['/var/log/mongodb/mongodb.log'],
    recidive: ['/var/log/fail2ban.log'],
    'pam-generic': [],
    'xinetd-fail': [],
    stunnel: ['/var/log/stunnel4/stunnel.log'],
    'ejabberd-auth': ['/var/log/ejabberd/ejabberd.log'],
    'counter-strike': ['/opt/cstrike/logs/L[0-9]*.log'],
    softethervpn: ['/usr/local/vpnserver/security_log/*/sec.log'],
    gitlab: ['/var/log/gitlab/gitlab-rails/application.log'],
    grafana: ['/var/log/grafana/grafana.log'],
    bitwarden: ['/home/*/bwdata/logs/identity/Identity/log.txt'],
    centreon: ['/var/log/centreon/login.log'],
    nagios: [],
    oracleims: ['/opt/sun/comms/messaging64/log/mail.log_current'],
    directadmin: ['/var/log/directadmin/login.log'],
    portsentry: ['/var/lib/portsentry/portsentry.history'],
    'pass2allow-ftp': ['/var/log/apache2/*access.log'],
    murmur: ['/var/log/mumble-server/mumble-server.log'],
    screensharingd: ['/var/log/system.log'],
    'haproxy-http-auth': ['/var/log/haproxy.log'],
    slapd: ['/var/log/slapd.log'],
    'domino-smtp': ['/home/domino01/data/IBM_TECHNICAL_SUPPORT/console.log'],
    'phpmyadmin-syslog': [],
    zoneminder: ['/var/log/apache2/*error.log'],
    'traefik-auth': ['/var/log/traefik/access.log'],
    scanlogd: [],
    monitorix: ['/var/log/monitorix-httpd'],
  },
}

const trixie: Fail2banStock = {
  filters: [...bookworm.filters, 'dante', 'nginx-forbidden', 'routeros-auth'],
  journalFilters: [...bookworm.journalFilters, 'dante', 'nginx-forbidden'],
  actions: [...bookworm.actions, 'mikrotik'],
  jails: {
    ...bookworm.jails,
    'nginx-forbidden': ['/var/log/nginx/*error.log'],
    'routeros-auth': ['/var/log/MikroTik/router.log'],
    dante: [],
  },
}
