import * as assert from 'uvu/assert'
import type { Prediction } from '../../../src/device/daemons/daemon-listener.ts'
import { listeningOf } from '../../../src/device/daemons/daemons.ts'
import { isLoopbackOnly } from '../../../src/device/daemons/endpoint.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('daemons: what they listen on by their configuration')

/** `80/tcp`, `loopback` or the addresses, `tls` or `plain`, `open` or `asks`, and the place. */
function short(one: Prediction): string {
  const place =
    one.at.line === undefined ? '' : ` ${one.at.file.slice(one.at.file.lastIndexOf('/') + 1)}:${one.at.line}`
  if ('untold' in one) return `?${place}`
  const { port, protocol, addresses, tls, authentication } = one
  const where = addresses === 'all' ? [] : [isLoopbackOnly(one) ? 'loopback' : addresses.join('+')]
  const how = [
    tls === undefined ? [] : tls ? 'tls' : 'plain',
    authentication === undefined ? [] : authentication ? 'asks' : 'open',
  ]
  return [`${port}/${protocol}`, ...where, ...how.flat(), ...(one.isForwarded ? ['forwarded'] : [])].join(' ') + place
}

interface Given {
  readonly unit: string
  readonly files?: Readonly<Record<string, string>>
  readonly words?: string
  readonly user?: string
  readonly program?: string
}

const told = ({ unit, files = {}, words = '', user, program }: Given) =>
  listeningOf(
    {
      root: memoryTree({ '/etc/hostname': 'x\n', ...files }),
      release: 'trixie',
      unit: `${unit}.service`,
      file: `/usr/lib/systemd/system/${unit}.service`,
      words: words.split(' ').filter((word) => word !== ''),
      user,
    },
    program,
  )?.map(short)

const PI = { '/etc/passwd': 'pi:x:1000:1000::/home/pi:/bin/bash\n' }

const cases: readonly (readonly [title: string, given: Given, ...expected: string[]])[] = [
  [
    'nginx as installed',
    {
      unit: 'nginx',
      files: {
        '/etc/nginx/nginx.conf': 'events { }\nhttp {\n  # listen 1;\n  include /etc/nginx/sites-enabled/*;\n}\n',
        '/etc/nginx/sites-enabled/default':
          'server {\n  listen 80 default_server;\n  listen [::]:80 default_server;\n}\n',
      },
    },
    '80/tcp plain default:2',
  ],
  [
    'nginx: TLS, addresses, passwords, streams, a server without listen',
    {
      unit: 'nginx',
      files: {
        '/etc/nginx/nginx.conf':
          'http {\n server { listen 443 ssl; listen 443 quic; auth_basic "x"; }\n server { listen 127.0.0.1:8080; auth_basic off; }\n server { listen unix:/run/x; }\n server { server_name y; }\n}\nstream { server { listen 53 udp; } }\n',
      },
    },
    '443/tcp tls asks nginx.conf:2',
    '443/udp tls nginx.conf:2',
    '8080/tcp loopback plain nginx.conf:3',
    '80/tcp plain nginx.conf:5',
    '53/udp plain nginx.conf:7',
  ],
  [
    'apache2: TLS alone where the module is enabled',
    {
      unit: 'apache2',
      files: {
        '/etc/apache2/ports.conf':
          'Listen 80\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n<IfModule mod_gnutls.c>\n\tListen 444\n</IfModule>\n',
        '/etc/apache2/mods-enabled/ssl.load': '',
        '/etc/apache2/sites-enabled/default-ssl.conf': '<VirtualHost *:443>\n SSLEngine on\n</VirtualHost>\n',
      },
    },
    '80/tcp plain ports.conf:1',
    '443/tcp tls ports.conf:3',
  ],
  [
    'lighttpd',
    {
      unit: 'lighttpd',
      files: {
        '/etc/lighttpd/lighttpd.conf': 'server.port = 8080\ninclude "/etc/lighttpd/conf-enabled/*.conf"\n',
        '/etc/lighttpd/conf-enabled/a.conf': '$SERVER["socket"] == "127.0.0.1:8443" {\n  ssl.engine = "enable"\n}\n',
      },
    },
    '8080/tcp plain lighttpd.conf:1',
    '8443/tcp loopback tls a.conf:1',
  ],
  [
    'lighttpd on IPv6 by the script that Debian has',
    {
      unit: 'lighttpd',
      files: {
        '/etc/lighttpd/lighttpd.conf':
          'server.port = 8080\nserver.bind = "127.0.0.1"\ninclude_shell "/usr/share/lighttpd/use-ipv6.pl " + server.port\n',
      },
    },
    '8080/tcp plain lighttpd.conf:1',
  ],
  [
    'mosquitto without a listener serves the device alone',
    { unit: 'mosquitto', files: { '/etc/mosquitto/mosquitto.conf': 'include_dir /etc/mosquitto/conf.d\n' } },
    '1883/tcp loopback plain open',
  ],
  [
    'mosquitto for everybody',
    { unit: 'mosquitto', files: { '/etc/mosquitto/mosquitto.conf': 'listener 1883\nallow_anonymous true\n' } },
    '1883/tcp plain open mosquitto.conf:1',
  ],
  [
    'mosquitto: each listener by itself',
    {
      unit: 'mosquitto',
      files: {
        '/etc/mosquitto/mosquitto.conf':
          'per_listener_settings true\nlistener 1883 ::1\nallow_anonymous true\nlistener 8883\ncertfile /a\nkeyfile /b\npassword_file /c\nlistener 1884\n',
      },
    },
    '1883/tcp loopback plain open mosquitto.conf:2',
    '8883/tcp tls asks mosquitto.conf:4',
    '1884/tcp plain asks mosquitto.conf:8',
  ],
  [
    'smbd: a share that guests write to',
    {
      unit: 'smbd',
      files: {
        '/etc/samba/smb.conf':
          '[global]\n map to guest = Bad User\n[all]\n path = /srv\n guest ok = yes\n read only = no\n',
      },
    },
    '445/tcp open smb.conf:5',
    '139/tcp open smb.conf:5',
  ],
  [
    'smbd of one interface',
    {
      unit: 'smbd',
      files: {
        '/etc/samba/smb.conf': '[global]\ninterfaces = lo 192.0.2.1/24\nbind interfaces only = yes\nsmb ports = 445\n',
      },
    },
    '445/tcp lo+192.0.2.1 asks smb.conf:4',
  ],
  [
    'nfs: everybody may write',
    { unit: 'nfs-server', files: { '/etc/exports': '/srv *(rw)\n' } },
    '2049/tcp plain open exports:1',
  ],
  [
    'nfs: for one network',
    { unit: 'nfs-server', files: { '/etc/exports': '/srv 192.0.2.0/24(rw)\n' } },
    '2049/tcp plain',
  ],
  ['rpc.mountd takes any port', { unit: 'nfs-mountd' }, '?'],
  [
    'rpc.mountd with a port',
    { unit: 'nfs-mountd', files: { '/etc/nfs.conf': '[mountd]\nport=20048\n' } },
    '20048/tcp nfs.conf:2',
    '20048/udp nfs.conf:2',
  ],
  ['rsync without its file', { unit: 'rsync' }],
  [
    'rsync that everybody writes to',
    { unit: 'rsync', files: { '/etc/rsyncd.conf': 'address = 0.0.0.0\n[a]\nread only = false\n' } },
    '873/tcp plain open rsyncd.conf:3',
  ],
  [
    'vsftpd as Debian has it',
    { unit: 'vsftpd', files: { '/etc/vsftpd.conf': 'listen=NO\nlisten_ipv6=YES\nanonymous_enable=NO\n' } },
    '21/tcp plain asks vsftpd.conf:2',
  ],
  [
    'vsftpd for anybody',
    { unit: 'vsftpd', files: { '/etc/vsftpd.conf': 'listen=YES\nlisten_port=2121\nanonymous_enable=YES\n' } },
    '2121/tcp plain open vsftpd.conf:3',
  ],
  [
    'vsftpd with TLS',
    {
      unit: 'vsftpd',
      files: { '/etc/vsftpd.conf': 'listen=YES\nlisten_address=127.0.0.1\nanonymous_enable=NO\nssl_enable=YES\n' },
    },
    '21/tcp loopback tls asks vsftpd.conf:1',
  ],
  [
    'dnsmasq binds everything without bind-interfaces',
    { unit: 'dnsmasq', files: { '/etc/dnsmasq.conf': 'listen-address=127.0.0.1\ndhcp-range=192.0.2.5,192.0.2.9\n' } },
    '53/udp dnsmasq.conf:1',
    '53/tcp dnsmasq.conf:1',
    '67/udp dnsmasq.conf:2',
  ],
  [
    'dnsmasq bound to one address',
    { unit: 'dnsmasq', files: { '/etc/dnsmasq.conf': 'listen-address=127.0.0.1\nbind-interfaces\nport=5300\n' } },
    '5300/udp loopback dnsmasq.conf:3',
    '5300/tcp loopback dnsmasq.conf:3',
  ],
  [
    'named',
    {
      unit: 'named',
      files: {
        '/etc/bind/named.conf': 'include "/etc/bind/o";\ncontrols { };\n',
        '/etc/bind/o': 'options {\n listen-on port 5300 { 127.0.0.1; }; // x\n listen-on-v6 { none; };\n};\n',
      },
    },
    '5300/udp loopback o:2',
    '5300/tcp loopback o:2',
  ],
  [
    'unbound for the network',
    {
      unit: 'unbound',
      files: { '/etc/unbound/unbound.conf': 'server:\n interface: 0.0.0.0@853\n do-udp: no\n interface: 127.0.0.1\n' },
    },
    '853/tcp tls unbound.conf:2',
    '53/tcp loopback unbound.conf:4',
  ],
  [
    'cups as installed',
    { unit: 'cups', files: { '/etc/cups/cupsd.conf': 'Listen localhost:631\nListen /run/cups/cups.sock\n' } },
    '631/tcp loopback cupsd.conf:1',
  ],
  [
    'cups for the network',
    { unit: 'cups', files: { '/etc/cups/cupsd.conf': 'Port 631\nSSLListen 192.0.2.1:443\n' } },
    '631/tcp cupsd.conf:1',
    '443/tcp 192.0.2.1 tls cupsd.conf:2',
  ],
  [
    'redis as Debian has it',
    { unit: 'redis-server', files: { '/etc/redis/redis.conf': 'bind 127.0.0.1 -::1\nport 6379\n' } },
    '6379/tcp loopback plain asks redis.conf:1',
  ],
  [
    'redis for everybody',
    { unit: 'redis-server', files: { '/etc/redis/redis.conf': 'bind *\nprotected-mode no\n' } },
    '6379/tcp plain open redis.conf:1',
  ],
  [
    'redis with a password',
    { unit: 'redis-server', files: { '/etc/redis/redis.conf': 'port 0\ntls-port 6380\nrequirepass x\n' } },
    '6380/tcp tls asks redis.conf:2',
  ],
  [
    'postgresql: the cluster that is started, and whom it trusts',
    {
      unit: 'postgresql',
      files: {
        '/etc/postgresql/15/main/postgresql.conf': "port = 5433 # x\nlisten_addresses = '*'\n",
        '/etc/postgresql/15/main/pg_hba.conf': 'local all all trust\nhost all all 0.0.0.0/0 trust\n',
        '/etc/postgresql/15/old/postgresql.conf': 'port = 5434\n',
        '/etc/postgresql/15/old/start.conf': '# x\nmanual\n',
      },
    },
    '5433/tcp plain open pg_hba.conf:2',
  ],
  [
    'mariadb',
    {
      unit: 'mariadb',
      files: {
        '/etc/mysql/my.cnf': '[client]\nport=1\n!includedir /etc/mysql/D/\n',
        '/etc/mysql/D/a.cnf': '[mysqld]\nbind-address = 127.0.0.1\n',
      },
    },
    '3306/tcp loopback plain asks a.cnf:2',
  ],
  ['mariadb without TCP', { unit: 'mariadb', files: { '/etc/mysql/my.cnf': '[mariadb]\nskip-networking\n' } }],
  [
    'memcached',
    { unit: 'memcached', words: '/etc/memcached.conf', files: { '/etc/memcached.conf': '-m 64\n-l 0.0.0.0\n' } },
    '11211/tcp plain open memcached.conf:2',
  ],
  [
    'influxdb as installed',
    { unit: 'influxdb', files: { '/etc/influxdb/influxdb.conf': '[http]\n# bind-address = ":8086"\n' } },
    '8086/tcp plain open',
    '8088/tcp loopback plain',
  ],
  [
    'squid that serves everybody',
    { unit: 'squid', files: { '/etc/squid/squid.conf': 'http_access allow all\nhttp_port 3128\n' } },
    '3128/tcp plain open squid.conf:1',
  ],
  [
    'tor for itself',
    { unit: 'tor', files: { '/etc/tor/torrc': 'ORPort 9001\nDNSPort 5300\n' } },
    '9050/tcp loopback',
    '9001/tcp tls torrc:1',
    '5300/udp loopback torrc:2',
  ],
  [
    'transmission with the whitelist off',
    {
      unit: 'transmission-daemon',
      files: {
        '/etc/transmission-daemon/settings.json':
          '{"rpc-whitelist-enabled": false, "rpc-authentication-required": false, "lpd-enabled": true}',
      },
    },
    '9091/tcp plain open',
    '51413/tcp',
    '51413/udp',
    '6771/udp',
  ],
  [
    'xrdp on the loopback',
    { unit: 'xrdp', files: { '/etc/xrdp/xrdp.ini': '[Globals]\nport=tcp://127.0.0.1:3389\n' } },
    '3389/tcp loopback tls asks xrdp.ini:2',
  ],
  [
    'a display of TigerVNC for the network',
    {
      unit: 'tigervncserver@:2',
      files: {
        ...PI,
        '/etc/tigervnc/vncserver.users': ':2=pi\n',
        '/home/pi/.vnc/config': 'localhost=no\nsecuritytypes=none\n',
      },
    },
    '5902/tcp plain open vncserver.users:1',
  ],
  [
    'wayvnc without a password',
    { unit: 'wayvnc', files: { '/etc/wayvnc/config': 'address=::\nenable_auth=false\n' } },
    '5900/tcp plain open config:2',
  ],
  [
    'wayvnc as Raspberry Pi OS has it',
    {
      unit: 'wayvnc',
      files: {
        '/etc/wayvnc/config':
          'use_relative_paths=true\naddress=::\nenable_auth=true\nenable_pam=true\nprivate_key_file=tls_key.pem\ncertificate_file=tls_cert.pem\n',
      },
    },
    '5900/tcp tls asks config:3',
  ],
  [
    'x11vnc by its command',
    { unit: 'my-screen', program: '/usr/bin/x11vnc', words: '-forever -rfbport 5999' },
    '5999/tcp plain open',
  ],
  [
    'RealVNC',
    {
      unit: 'vncserver-x11-serviced',
      files: { '/root/.vnc/config.d/vncserver-x11': 'Authentication=None\nEncryption=AlwaysOff\n' },
    },
    '5900/tcp plain open vncserver-x11:1',
  ],
  [
    'snmpd as Debian has it',
    {
      unit: 'snmpd',
      files: { '/etc/snmp/snmpd.conf': 'agentaddress  127.0.0.1,[::1]\nrocommunity  public default -V systemonly\n' },
    },
    '161/udp loopback plain open snmpd.conf:2',
  ],
  [
    'snmpd for one network',
    {
      unit: 'snmpd',
      files: { '/etc/snmp/snmpd.conf': 'agentaddress udp:161,tcp:161\nrocommunity public 192.0.2.0/24\n' },
    },
    '161/udp plain snmpd.conf:1',
    '161/tcp plain snmpd.conf:1',
  ],
  ['prometheus', { unit: 'prometheus', words: '--web.listen-address=127.0.0.1:9099' }, '9099/tcp loopback'],
  ['prometheus’ exporter', { unit: 'prometheus-node-exporter' }, '9100/tcp'],
  [
    'grafana for anybody',
    {
      unit: 'grafana-server',
      files: { '/etc/grafana/grafana.ini': '[server]\n;http_port = 1\n[auth.anonymous]\nenabled = true\n' },
    },
    '3000/tcp plain open grafana.ini:4',
  ],
  [
    'chrony that serves time',
    { unit: 'chrony', files: { '/etc/chrony/chrony.conf': 'pool x iburst\nallow\ncmdport 0\n' } },
    '123/udp chrony.conf:2',
  ],
  [
    'chrony as installed',
    { unit: 'chrony', files: { '/etc/chrony/chrony.conf': 'pool x iburst\n' } },
    '323/udp loopback',
  ],
  [
    'exim4 as installed',
    { unit: 'exim4', files: { '/etc/exim4/update-exim4.conf.conf': "dc_local_interfaces='127.0.0.1 ; ::1'\n" } },
    '25/tcp loopback update-exim4.conf.conf:1',
  ],
  [
    'exim4 on a port',
    { unit: 'exim4', files: { '/etc/exim4/update-exim4.conf.conf': "dc_local_interfaces='0.0.0.0.587 ; [::1]:26'\n" } },
    '587/tcp update-exim4.conf.conf:1',
    '26/tcp loopback update-exim4.conf.conf:1',
  ],
  [
    'postfix',
    {
      unit: 'postfix',
      files: {
        '/etc/postfix/main.cf': 'inet_interfaces = loopback-only\n',
        '/etc/postfix/master.cf':
          '#smtp x\nsmtp      inet  n - y - - smtpd\n  -o a=b\n0.0.0.0:submission inet n - y - - smtpd\npickup unix n - y 60 1 pickup\n',
      },
    },
    '25/tcp loopback main.cf:1',
    '587/tcp main.cf:1',
  ],
  [
    'dovecot with one protocol, in plain text',
    {
      unit: 'dovecot',
      files: {
        '/etc/dovecot/dovecot.conf':
          'protocols = imap\ndisable_plaintext_auth = no\nservice imap-login {\n  inet_listener imap {\n    port = 1143\n  }\n}\n',
      },
    },
    '1143/tcp plain asks dovecot.conf:5',
    '993/tcp tls asks',
  ],
  [
    'motion for the network',
    {
      unit: 'motion',
      files: { '/etc/motion/motion.conf': 'webcontrol_port 8080\nwebcontrol_localhost off\nstream_port 8081\n' },
    },
    '8080/tcp plain open motion.conf:2',
    '8081/tcp loopback plain open motion.conf:3',
  ],
  [
    'mpd',
    { unit: 'mpd', files: { '/etc/mpd.conf': 'bind_to_address "any"\npassword "x@read"\n' } },
    '6600/tcp plain asks mpd.conf:1',
  ],
  [
    'icecast2 with its first password',
    {
      unit: 'icecast2',
      files: {
        '/etc/icecast2/icecast.xml':
          '<icecast>\n<!-- <listen-socket><port>1</port></listen-socket> -->\n<source-password>hackme</source-password>\n<listen-socket>\n<port>8000</port>\n</listen-socket>\n</icecast>\n',
      },
    },
    '8000/tcp plain open icecast.xml:3',
  ],
  [
    'inetd',
    {
      unit: 'openbsd-inetd',
      files: {
        '/etc/services': 'telnet 23/tcp\n',
        '/etc/inetd.conf':
          '# x\ntelnet stream tcp nowait root /usr/sbin/tcpd\n127.0.0.1:7 dgram udp wait root internal\nnone stream tcp nowait root x\n',
      },
    },
    '23/tcp plain asks inetd.conf:2',
    '7/udp loopback inetd.conf:3',
    '? inetd.conf:4',
  ],
  [
    'xinetd',
    {
      unit: 'xinetd',
      files: {
        '/etc/xinetd.conf': 'includedir /etc/xinetd.d\n',
        '/etc/xinetd.d/a': 'service a\n{\n disable = no\n port = 7000\n socket_type = stream\n}\n',
        '/etc/xinetd.d/b': 'service b\n{\n disable = yes\n port = 7001\n}\n',
      },
    },
    '7000/tcp a:1',
  ],
  [
    'tftpd',
    { unit: 'tftpd-hpa', files: { '/etc/default/tftpd-hpa': 'TFTP_ADDRESS=":69"\n' } },
    '69/udp plain tftpd-hpa:1',
  ],
  [
    'distcc for everybody',
    { unit: 'distcc', files: { '/etc/default/distcc': 'STARTDISTCC="true"\nALLOWEDNETS="0.0.0.0/0"\n' } },
    '3632/tcp plain open distcc:2',
  ],
  ['pigpiod that lets everybody move pins', { unit: 'pigpiod' }, '8888/tcp plain open'],
  ['pigpiod of Raspberry Pi OS', { unit: 'pigpiod', words: '-l' }, '8888/tcp loopback plain open'],
  [
    'Node-RED as installed',
    {
      unit: 'nodered',
      user: 'pi',
      files: {
        ...PI,
        '/home/pi/.node-red/settings.js':
          'module.exports = {\n  uiPort: process.env.PORT || 1880,\n  //adminAuth: {\n  /* adminAuth: {\n  */\n}\n',
      },
    },
    '1880/tcp plain open settings.js:2',
  ],
  [
    'Node-RED with a log-in',
    {
      unit: 'nodered',
      user: 'pi',
      files: {
        ...PI,
        '/home/pi/.node-red/settings.js':
          'module.exports = {\n  uiPort: 1881,\n  uiHost: "127.0.0.1",\n  adminAuth: {\n}\n',
      },
    },
    '1881/tcp loopback plain asks settings.js:3',
  ],
  [
    'Node-RED with a port that is computed',
    {
      unit: 'nodered',
      user: 'pi',
      files: { ...PI, '/home/pi/.node-red/settings.js': 'x = {\n  uiPort: portOf(x),\n}\n' },
    },
    '? settings.js:2',
  ],
  [
    'Home Assistant',
    {
      unit: 'home-assistant@pi',
      user: 'pi',
      files: {
        ...PI,
        '/home/pi/.homeassistant/configuration.yaml':
          'http:\n  server_port: 8124 # x\n  ssl_certificate: /a\nother:\n  server_host: ::1\n',
      },
    },
    '8124/tcp tls asks configuration.yaml:2',
  ],
  [
    'OctoPrint',
    { unit: 'octoprint', user: 'pi', words: '--host=127.0.0.1 serve', files: PI },
    '5000/tcp loopback plain asks',
  ],
  [
    'OctoPrint without access control',
    {
      unit: 'octoprint',
      user: 'pi',
      files: { ...PI, '/home/pi/.octoprint/config.yaml': 'accessControl:\n  enabled: false\nserver:\n  port: 5001\n' },
    },
    '5001/tcp plain open config.yaml:2',
  ],
  [
    'webmin',
    { unit: 'webmin', files: { '/etc/webmin/miniserv.conf': 'port=10000\nlisten=10000\nssl=0\n' } },
    '10000/tcp plain asks miniserv.conf:1',
    '10000/udp miniserv.conf:1',
  ],
  [
    'Pi-hole 6',
    {
      unit: 'pihole-FTL',
      files: {
        '/etc/pihole/pihole.toml':
          '[dns]\n  port = 53 ### x\n[webserver]\n  port = "80o,443os"\n[webserver.api]\n  pwhash = ""\n',
      },
    },
    '53/udp pihole.toml:2',
    '53/tcp pihole.toml:2',
    '80/tcp plain open pihole.toml:6',
    '443/tcp tls open pihole.toml:6',
    '123/udp',
  ],
  [
    'WireGuard',
    { unit: 'wg-quick@wg0', files: { '/etc/wireguard/wg0.conf': '[Interface]\nListenPort = 51821\n' } },
    '51821/udp tls asks wg0.conf:2',
  ],
  [
    'OpenVPN',
    {
      unit: 'openvpn-server@a',
      files: { '/etc/openvpn/server/a.conf': 'port 443\nproto tcp-server\nlocal 192.0.2.1\n' },
    },
    '443/tcp 192.0.2.1 tls asks a.conf:1',
  ],
  ['tailscaled', { unit: 'tailscaled', words: '--state=x --port=41642' }, '41642/udp tls asks'],
  [
    'docker with its API on the network',
    { unit: 'docker', words: '-H fd:// -H tcp://0.0.0.0:2375' },
    '2375/tcp plain open',
  ],
  [
    'docker: what containers publish, and the API with certificates',
    {
      unit: 'docker',
      files: {
        '/etc/docker/daemon.json': '{\n"tlsverify": true,\n"hosts": ["tcp://192.0.2.1:2376"]}\n',
        '/var/lib/docker/containers/a/hostconfig.json':
          '{"RestartPolicy":{"Name":"always"},"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}],"53/udp":[{"HostIp":"127.0.0.1","HostPort":"5353"}]}}',
        '/var/lib/docker/containers/b/hostconfig.json':
          '{"RestartPolicy":{"Name":"no"},"PortBindings":{"80/tcp":[{"HostPort":"8081"}]}}',
        '/var/lib/docker/containers/c/hostconfig.json': '{"RestartPolicy":{"Name":"always"},"NetworkMode":"host"}',
      },
    },
    '2376/tcp 192.0.2.1 tls asks daemon.json:3',
    '8080/tcp forwarded',
    '5353/udp loopback forwarded',
    '?',
  ],
]

for (const [title, given, ...expected] of cases) test(title, () => assert.equal(told(given), expected))

test('a unit that nobody knows has no reader, whatever its name', () => {
  for (const unit of ['kit', 'constructor', 'toString', '__proto__']) assert.is(told({ unit }), undefined, unit)
})
