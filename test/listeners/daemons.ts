import type { Release } from '../../src/device/inspect/inventory.ts'

/** One configuration of a daemon. */
export interface Case {
  readonly name: string
  /** Files that are there instead of what the package brought. */
  readonly files?: Readonly<Record<string, string>>
  /** Text that is added at the end of files. */
  readonly lines?: Readonly<Record<string, string>>
  /** A script for the shell, in the root. */
  readonly run?: string
  /** Units that the package leaves off. */
  readonly enable?: readonly string[]
}

/** A daemon of Debian, and the configurations that it is tried with. */
export interface Daemon {
  readonly name: string
  readonly packages: readonly string[]
  /** Where it is in one release alone. */
  readonly releases?: readonly Release[]
  readonly cases: readonly Case[]
}

const AS_INSTALLED: Case = { name: 'as installed' }

const plain = (name: string, packages: readonly string[] = [name], ...more: readonly Case[]): Daemon => ({
  name,
  packages,
  cases: [AS_INSTALLED, ...more],
})

/** A key and a certificate for those that need one, as /etc/site.key and /etc/site.pem. */
const CERTIFICATE =
  'openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=site -keyout /etc/site.key -out /etc/site.pem 2>/dev/null; chmod 644 /etc/site.key'
const sed = (expression: string, file: string) => `sed -i '${expression}' ${file}`

const IN_A_CONTAINER = { '/etc/systemd/system/chrony.service.d/site.conf': '[Unit]\nConditionCapability=\n' }

/** The commonest daemons on a Pi that Debian has. */
export const daemons: readonly Daemon[] = [
  plain(
    'nginx',
    ['nginx-light', 'openssl'],
    {
      name: 'TLS, another port, an address, and the loopback',
      run: CERTIFICATE,
      files: {
        '/etc/nginx/conf.d/site.conf':
          'server { listen 8443 ssl; listen 192.0.2.1:8081; listen [::1]:8082;\n ssl_certificate /etc/site.pem; ssl_certificate_key /etc/site.key; }\nserver { server_name other; }\n',
      },
    },
    {
      name: 'the loopback alone',
      run: sed(
        '/listen \\[/d; s/listen 80 default_server;/listen 127.0.0.1:8080;/',
        '/etc/nginx/sites-available/default',
      ),
    },
  ),
  plain(
    'lighttpd',
    ['lighttpd', 'lighttpd-mod-openssl', 'openssl'],
    {
      name: 'the loopback on another port',
      files: { '/etc/lighttpd/conf-enabled/90-site.conf': 'server.bind = "127.0.0.1"\n' },
      run: sed('s/^server.port .*/server.port = 8080/', '/etc/lighttpd/lighttpd.conf'),
    },
    {
      name: 'a further socket',
      files: { '/etc/lighttpd/conf-enabled/90-site.conf': '$SERVER["socket"] == "0.0.0.0:8088" {\n}\n' },
    },
  ),
  plain(
    'apache2',
    ['apache2', 'ssl-cert'],
    {
      name: 'with TLS',
      run: 'a2enmod -q ssl; a2ensite -q default-ssl',
    },
    {
      name: 'the loopback on another port',
      files: { '/etc/apache2/ports.conf': 'Listen 127.0.0.1:8080\nListen [::1]:8080\n' },
    },
  ),
  plain('caddy', ['caddy'], {
    name: 'two sites',
    files: {
      '/etc/caddy/Caddyfile':
        '{\n\tadmin off\n\tauto_https off\n}\n:8080 {\n\trespond "x"\n}\nhttp://:8081 {\n\tbind 127.0.0.1\n\trespond "y"\n}\n',
    },
  }),
  plain('haproxy', ['haproxy'], {
    name: 'a frontend',
    lines: {
      '/etc/haproxy/haproxy.cfg':
        '\nfrontend site\n\tbind *:8088\n\tbind 127.0.0.1:8089\n\tdefault_backend none\nbackend none\n',
    },
  }),
  plain(
    'mosquitto',
    ['mosquitto', 'openssl'],
    { name: 'for everybody', files: { '/etc/mosquitto/conf.d/site.conf': 'listener 1883\nallow_anonymous true\n' } },
    {
      name: 'TLS beside the loopback',
      run: CERTIFICATE,
      files: {
        '/etc/mosquitto/conf.d/site.conf':
          'listener 1884 127.0.0.1\nlistener 8883\ncertfile /etc/site.pem\nkeyfile /etc/site.key\nallow_anonymous true\n',
      },
    },
  ),
  plain(
    'samba',
    ['samba'],
    {
      name: 'of the loopback alone',
      run: sed('s/^\\[global\\]/[global]\\n  interfaces = lo\\n  bind interfaces only = yes/', '/etc/samba/smb.conf'),
    },
    {
      name: 'without NetBIOS',
      run: sed('s/^\\[global\\]/[global]\\n  disable netbios = yes\\n  smb ports = 445/', '/etc/samba/smb.conf'),
    },
  ),
  plain('nfs', ['nfs-kernel-server'], {
    name: 'ports of its own',
    lines: { '/etc/nfs.conf': '\n[mountd]\nport = 20048\n[statd]\nport = 20049\n' },
    files: { '/etc/exports': '/srv *(rw,no_subtree_check)\n' },
  }),
  plain('rpcbind'),
  plain('tftpd-hpa', ['tftpd-hpa'], {
    name: 'another port of one address',
    run: sed('s/^TFTP_ADDRESS=.*/TFTP_ADDRESS="192.0.2.1:6969"/', '/etc/default/tftpd-hpa'),
  }),
  plain('rsync', ['rsync'], {
    name: 'with a module',
    files: { '/etc/rsyncd.conf': 'port = 8730\naddress = 127.0.0.1\n[srv]\npath = /srv\nread only = no\n' },
    enable: ['rsync'],
  }),
  plain('minidlna', ['minidlna'], { name: 'another port', run: sed('s/^port=.*/port=8201/', '/etc/minidlna.conf') }),
  plain(
    'vsftpd',
    ['vsftpd'],
    {
      name: 'IPv4, another port',
      run: `${sed('s/^listen=.*/listen=YES/; s/^listen_ipv6=.*/listen_ipv6=NO/', '/etc/vsftpd.conf')}; echo listen_port=2121 >>/etc/vsftpd.conf`,
    },
    {
      name: 'the loopback',
      run: `${sed('s/^listen=.*/listen=YES/; s/^listen_ipv6=.*/listen_ipv6=NO/', '/etc/vsftpd.conf')}; echo listen_address=127.0.0.1 >>/etc/vsftpd.conf`,
    },
  ),
  plain('proftpd', ['proftpd-core'], {
    name: 'another port',
    run: sed('s/^Port.*/Port 2121/', '/etc/proftpd/proftpd.conf'),
  }),
  plain(
    'dnsmasq',
    ['dnsmasq'],
    {
      name: 'for DHCP on one interface',
      files: { '/etc/dnsmasq.d/site.conf': 'interface=eth0\nbind-dynamic\ndhcp-range=192.0.2.100,192.0.2.120,1h\n' },
    },
    {
      name: 'of one address',
      files: { '/etc/dnsmasq.d/site.conf': 'listen-address=127.0.0.1\nbind-interfaces\nport=5353\n' },
    },
    { name: 'without names, for TFTP', files: { '/etc/dnsmasq.d/site.conf': 'port=0\nenable-tftp\ntftp-root=/srv\n' } },
  ),
  plain('bind9', ['bind9'], {
    name: 'of the loopback alone',
    files: {
      '/etc/bind/named.conf.options':
        'options { directory "/var/cache/bind"; listen-on port 5300 { 127.0.0.1; }; listen-on-v6 { none; }; };\n',
    },
  }),
  plain('unbound', ['unbound'], {
    name: 'for the network',
    files: {
      '/etc/unbound/unbound.conf.d/site.conf': 'server:\n  interface: 0.0.0.0\n  interface: ::1@5300\n  do-tcp: yes\n',
    },
  }),
  plain('systemd-resolved', ['systemd-resolved'], {
    name: 'without LLMNR',
    files: { '/etc/systemd/resolved.conf.d/site.conf': '[Resolve]\nLLMNR=no\n' },
  }),
  plain(
    'redis',
    ['redis-server'],
    {
      name: 'for everybody',
      run: sed(
        's/^bind .*/bind * -::*/; s/^protected-mode .*/protected-mode no/; s/^port .*/port 6380/',
        '/etc/redis/redis.conf',
      ),
    },
    { name: 'without TCP', run: sed('s/^port .*/port 0/', '/etc/redis/redis.conf') },
  ),
  plain('postgresql', ['postgresql'], {
    name: 'for the network',
    run: 'for c in /etc/postgresql/*/main/postgresql.conf; do echo "listen_addresses = \'*\'" >>$c; echo "port = 5433" >>$c; done',
  }),
  plain('mariadb', ['mariadb-server'], {
    name: 'for the network',
    files: { '/etc/mysql/mariadb.conf.d/90-site.cnf': '[mariadbd]\nbind-address = 0.0.0.0\nport = 3307\n' },
  }),
  plain('memcached', ['memcached'], {
    name: 'for the network',
    run: `${sed('/^-l/d', '/etc/memcached.conf')}; echo "-U 11211" >>/etc/memcached.conf`,
  }),
  plain('influxdb'),
  plain('slapd', ['slapd'], {
    name: 'of the loopback',
    run: sed('s,^SLAPD_SERVICES=.*,SLAPD_SERVICES="ldap://127.0.0.1:3890/ ldapi:///",', '/etc/default/slapd'),
  }),
  plain('squid', ['squid'], {
    name: 'another port of the loopback',
    run: sed('s/^http_port .*/http_port 127.0.0.1:8128/', '/etc/squid/squid.conf'),
  }),
  plain('privoxy', ['privoxy'], {
    name: 'for the network',
    run: sed('/^listen-address .*::/d; s/^listen-address .*/listen-address :8119/', '/etc/privoxy/config'),
  }),
  plain('tinyproxy', ['tinyproxy'], {
    name: 'of the loopback',
    lines: { '/etc/tinyproxy/tinyproxy.conf': 'Listen 127.0.0.1\n' },
  }),
  plain('tor', ['tor'], {
    name: 'for the network',
    lines: { '/etc/tor/torrc': 'SocksPort 0.0.0.0:9050\nDNSPort 5300\n' },
  }),
  plain('transmission', ['transmission-daemon'], {
    name: 'of the loopback',
    run: sed(
      '0,/{/s//{ "rpc-bind-address": "127.0.0.1", "lpd-enabled": false,/; s/"peer-port": .*/"peer-port": 51500,/',
      '/etc/transmission-daemon/settings.json',
    ),
  }),
  plain('xrdp', ['xrdp'], {
    name: 'of the loopback',
    run: sed('s,^port=3389.*,port=tcp://127.0.0.1:3390,', '/etc/xrdp/xrdp.ini'),
  }),
  plain('tigervnc', ['tigervnc-standalone-server', 'tigervnc-common'], {
    name: 'a display',
    run: 'useradd -m -s /bin/bash vnc; mkdir -p /home/vnc/.vnc /home/vnc/.config/tigervnc; printf "secret\\nsecret\\nn\\n" | tigervncpasswd -f >/home/vnc/.vnc/passwd 2>/dev/null || true; cp /home/vnc/.vnc/passwd /home/vnc/.config/tigervnc/passwd; echo "session=none" >/home/vnc/.vnc/config; chown -R vnc: /home/vnc; chmod 600 /home/vnc/.vnc/passwd; echo ":1=vnc" >>/etc/tigervnc/vncserver.users',
    enable: ['tigervncserver@:1'],
  }),
  plain('cockpit', ['cockpit-ws', 'cockpit-bridge'], {
    name: 'another port of the loopback',
    files: {
      '/etc/systemd/system/cockpit.socket.d/site.conf': '[Socket]\nListenStream=\nListenStream=127.0.0.1:9091\n',
    },
  }),
  plain('cups', ['cups-daemon'], {
    name: 'for the network',
    run: sed('s/^Listen localhost:631/Port 631/', '/etc/cups/cupsd.conf'),
  }),
  plain('snmpd', ['snmpd'], {
    name: 'for the network',
    run: sed('s/^agentaddress.*/agentaddress udp:1161,tcp:127.0.0.1:1162/', '/etc/snmp/snmpd.conf'),
  }),
  plain('prometheus', ['prometheus'], {
    name: 'of the loopback',
    files: { '/etc/default/prometheus': 'ARGS="--web.listen-address=127.0.0.1:9099"\n' },
  }),
  plain('prometheus-node-exporter', ['prometheus-node-exporter'], {
    name: 'another port',
    files: { '/etc/default/prometheus-node-exporter': 'ARGS="--web.listen-address=:9101"\n' },
  }),
  plain('prometheus-alertmanager', ['prometheus-alertmanager'], {
    name: 'alone',
    files: { '/etc/default/prometheus-alertmanager': 'ARGS="--cluster.listen-address="\n' },
  }),
  plain('zabbix-agent', ['zabbix-agent'], {
    name: 'of the loopback',
    lines: { '/etc/zabbix/zabbix_agentd.conf': 'ListenIP=127.0.0.1\nListenPort=10055\n' },
  }),
  plain('munin-node', ['munin-node'], {
    name: 'of the loopback',
    run: sed('s/^host .*/host 127.0.0.1/', '/etc/munin/munin-node.conf'),
  }),
  plain('nut', ['nut-server'], {
    name: 'for the network',
    run: `${sed('s/^MODE=.*/MODE=netserver/', '/etc/nut/nut.conf')}; echo "LISTEN 0.0.0.0 3494" >>/etc/nut/upsd.conf; printf "[dummy]\\ndriver = dummy-ups\\nport = dummy.seq\\n" >>/etc/nut/ups.conf; echo "TIMER 300" >/etc/nut/dummy.seq`,
  }),
  {
    name: 'chrony',
    packages: ['chrony'],
    // A container may not set the clock; what starts chrony leaves it alone there.
    cases: [
      { name: 'as installed', files: IN_A_CONTAINER },
      { name: 'for the network', files: { ...IN_A_CONTAINER, '/etc/chrony/conf.d/site.conf': 'allow 192.0.2.0/24\n' } },
    ],
  },
  plain('ntpsec'),
  plain('dovecot', ['dovecot-imapd', 'dovecot-pop3d'], {
    name: 'of the loopback',
    lines: { '/etc/dovecot/dovecot.conf': 'listen = 127.0.0.1\n' },
  }),
  plain('exim4', ['exim4-daemon-light'], {
    name: 'for the network',
    run: `sed -i "s/^dc_local_interfaces=.*/dc_local_interfaces='0.0.0.0.2525 ; 127.0.0.1'/" /etc/exim4/update-exim4.conf.conf`,
  }),
  plain('postfix', ['postfix'], {
    name: 'of the network, with submission',
    run: 'cp -n /usr/share/postfix/main.cf.debian /etc/postfix/main.cf 2>/dev/null || true; postconf -e inet_interfaces=all compatibility_level=3.6; sed -i "s/^#submission /submission /" /etc/postfix/master.cf',
  }),
  plain('motion', ['motion'], {
    name: 'for the network',
    lines: { '/etc/motion/motion.conf': 'webcontrol_localhost off\nwebcontrol_port 8090\n' },
  }),
  plain('mpd', ['mpd'], {
    name: 'for the network',
    run: `${sed('s/^bind_to_address.*/bind_to_address "any"/', '/etc/mpd.conf')}; systemctl --root=/ disable mpd.socket`,
    enable: ['mpd.service'],
  }),
  plain('icecast2', ['icecast2'], {
    name: 'another port',
    run: sed('s,<port>8000</port>,<port>8001</port>,', '/etc/icecast2/icecast.xml'),
  }),
  plain('lirc', ['lirc'], {
    name: 'for the network',
    run: "printf '[lircd]\\nlisten = 0.0.0.0:8765\\n' >>/etc/lirc/lirc_options.conf",
  }),
  plain('distcc', ['distcc'], {
    name: 'for the network',
    run: sed(
      's/^STARTDISTCC=.*/STARTDISTCC="true"/; s/^LISTENER=.*/LISTENER="0.0.0.0"/; s,^ALLOWEDNETS=.*,ALLOWEDNETS="0.0.0.0/0",',
      '/etc/default/distcc',
    ),
    enable: ['distcc'],
  }),
  plain('openbsd-inetd', ['openbsd-inetd'], {
    name: 'with services',
    lines: {
      '/etc/inetd.conf':
        'discard stream tcp nowait root internal\n127.0.0.1:daytime stream tcp nowait root internal\necho dgram udp wait root internal\n',
    },
  }),
  plain('xinetd', ['xinetd'], {
    name: 'with services',
    run: "printf 'service site\\n{\\n type = UNLISTED\\n port = 7777\\n socket_type = stream\\n protocol = tcp\\n wait = no\\n user = root\\n server = /bin/true\\n disable = no\\n}\\n' >/etc/xinetd.d/site; sed -i '0,/disable.*=.*yes/s//disable = no/' /etc/xinetd.d/daytime",
  }),
  plain('iperf3', ['iperf3'], { name: 'switched on', enable: ['iperf3'] }),
  plain('mumble-server', ['mumble-server'], {
    name: 'another port',
    run: sed('s/^;\\?port=.*/port=64740/', '/etc/mumble-server.ini /etc/mumble/mumble-server.ini 2>/dev/null || true'),
  }),
  plain('wsdd', ['wsdd']),
  plain('openvpn', ['openvpn', 'openssl'], {
    name: 'a server',
    run: `${CERTIFICATE}; printf 'port 1195\\nproto udp\\ndev null\\nifconfig-noexec\\nsecret-none\\n' >/dev/null`,
    files: {
      '/etc/openvpn/server/site.conf':
        'port 1195\nproto tcp-server\ndev null\ntls-server\nca /etc/site.pem\ncert /etc/site.pem\nkey /etc/site.key\ndh none\nifconfig-noexec\n',
    },
    enable: ['openvpn-server@site'],
  }),
  plain('docker', ['docker.io'], {
    name: 'with its API on TCP',
    files: {
      '/etc/docker/daemon.json':
        '{\n "hosts": ["unix:///run/docker.sock", "tcp://0.0.0.0:2375"], "bridge": "none", "iptables": false\n}\n',
      '/etc/systemd/system/docker.service.d/site.conf': '[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd\n',
    },
  }),
  plain('avahi', ['avahi-daemon']),
  plain('gpsd', ['gpsd']),
]
