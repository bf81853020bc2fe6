import { listeningOf } from '../../../src/device/daemons/daemons.ts'
import type { FuzzedReader } from '../reader.ts'
import { treeReader } from '../tree-reader.ts'

/** Unit, place of the input, a sound one. One of each grammar, and those that are written for one daemon alone. */
const SEEDS: readonly (readonly [unit: string, place: string, seed: string])[] = [
  [
    'nginx',
    '/etc/nginx/nginx.conf',
    'events { }\nhttp { include /etc/nginx/*.conf; # x\n server { listen [::1]:443 ssl; auth_basic "x"; } server { } }\nstream { server { listen 53 udp; } }\n',
  ],
  [
    'apache2',
    '/etc/apache2/ports.conf',
    'Listen 80\n<IfModule !ssl_module>\n Listen [::]:443 https\n</IfModule>\n<VirtualHost *:80>\n SSLEngine on\n</VirtualHost>\n',
  ],
  [
    'lighttpd',
    '/etc/lighttpd/lighttpd.conf',
    'server.port = 80\nserver.bind = "::1"\n$SERVER["socket"] == "*:443" {\n ssl.engine = "enable"\n}\ninclude "/etc/lighttpd/*.conf"\n',
  ],
  [
    'caddy',
    '/etc/caddy/Caddyfile',
    '{\n admin off\n}\nexample.test, :80 {\n bind ::1\n basic_auth {\n }\n}\nimport /etc/caddy/*\n',
  ],
  ['haproxy', '/etc/haproxy/haproxy.cfg', 'frontend x\n bind ipv4@:80,:443 ssl crt /x\n'],
  [
    'mosquitto',
    '/etc/mosquitto/mosquitto.conf',
    'per_listener_settings true\nlistener 1883 ::1\nallow_anonymous true\ninclude_dir /etc/mosquitto\nport 1\nbind_address x\n',
  ],
  [
    'smbd',
    '/etc/samba/smb.conf',
    '[global]\n interfaces = lo eth0 10.0.0.1/8\n bind interfaces only = yes\n map to guest = bad user\n[a]\n guest ok = yes\n writable = yes\n',
  ],
  ['nfs-server', '/etc/exports', '/srv *(rw,sec=krb5) 192.0.2.0/24(ro)\n'],
  ['rsync', '/etc/rsyncd.conf', 'port = 873\naddress = ::\n[a]\n read only = no\n auth users = x\n'],
  ['vsftpd', '/etc/vsftpd.conf', 'listen=YES\nlisten_port=21\nanonymous_enable=NO\nssl_enable=YES\n'],
  [
    'dnsmasq',
    '/etc/dnsmasq.conf',
    'interface=lo\nbind-interfaces\nlisten-address=::1,127.0.0.1\nport=53\nconf-dir=/etc,*.conf\nconf-file=/etc/dnsmasq.conf\n',
  ],
  [
    'named',
    '/etc/bind/named.conf',
    'options { listen-on port 53 { 127.0.0.1; !x; }; /* x */ port 5; };\ncontrols { inet * port 953 allow { any; }; };\ninclude "/etc/bind/named.conf";\n',
  ],
  [
    'unbound',
    '/etc/unbound/unbound.conf',
    'server:\n interface: ::@853\n port: 53\ninclude: "/etc/unbound/*.conf"\nremote-control:\n control-enable: yes\n',
  ],
  [
    'redis-server',
    '/etc/redis/redis.conf',
    'bind 127.0.0.1 -::1 *\nport 6379\nrequirepass x\ninclude /etc/redis/redis.conf\n',
  ],
  [
    'postgresql',
    '/etc/postgresql/15/main/postgresql.conf',
    "listen_addresses = '*, ::1'\nport = 5432 # x\ninclude_dir 'conf.d'\n",
  ],
  [
    'mariadb',
    '/etc/mysql/my.cnf',
    '[mysqld]\nbind-address = *\nskip-networking\n!includedir /etc/mysql\n!include /etc/mysql/my.cnf\n',
  ],
  ['tor', '/etc/tor/torrc', 'SocksPort 9050\nORPort [::]:9001 NoListen\n%include /etc/tor/\n'],
  ['squid', '/etc/squid/squid.conf', 'http_port 3128 accel\nhttp_access allow all\ninclude /etc/squid/*.conf\n'],
  [
    'transmission-daemon',
    '/etc/transmission-daemon/settings.json',
    '{"rpc-port": 9091, "rpc-whitelist": "*.*.*.*", "peer-port": 51413}',
  ],
  ['xrdp', '/etc/xrdp/xrdp.ini', '[Globals]\nport=tcp://.:3389,vsock://1:2\naddress=x\n'],
  [
    'snmpd',
    '/etc/snmp/snmpd.conf',
    'agentaddress udp:161,tcp6:[::1]:161,unix:/x\nrocommunity public default\nincludeDir /etc/snmp\n',
  ],
  ['exim4', '/etc/exim4/update-exim4.conf.conf', "dc_local_interfaces='127.0.0.1.25 ; [::1]:25 ; <'\n"],
  ['postfix', '/etc/postfix/master.cf', 'smtp inet n - y - - smtpd\n[::1]:587 inet n\n'],
  [
    'dovecot',
    '/etc/dovecot/dovecot.conf',
    'protocols = imap pop3\n!include conf.d/*.conf\nservice imap-login {\n inet_listener imap {\n  port = 143\n }\n}\n',
  ],
  [
    'icecast2',
    '/etc/icecast2/icecast.xml',
    '<icecast><!-- x --><listen-socket><port>8000</port><tls>1</tls></listen-socket></icecast>\n',
  ],
  [
    'openbsd-inetd',
    '/etc/inetd.conf',
    '127.0.0.1:telnet stream tcp46 nowait root x\necho dgram udp wait root internal\n',
  ],
  [
    'xinetd',
    '/etc/xinetd.conf',
    'service a\n{\n disable = no\n port = 7\n socket_type = stream\n}\nincludedir /etc/xinetd.d\n',
  ],
  [
    'nodered',
    '/root/.node-red/settings.js',
    'module.exports = {\n  uiPort: process.env.PORT || 1880,\n  uiHost: "::",\n  /* x */ //adminAuth: {\n  https: {},\n}\n',
  ],
  ['hass', '/root/.homeassistant/configuration.yaml', 'http:\n  server_port: 8123\n  server_host: [::1]\n'],
  [
    'pihole-FTL',
    '/etc/pihole/pihole.toml',
    '[dns]\n port = 53\n[webserver]\n port = "80o,[::]:443os"\n[webserver.api]\n pwhash = ""\n',
  ],
  ['docker', '/etc/docker/daemon.json', '{"hosts": ["tcp://0.0.0.0:2375", "fd://"], "tls": true}'],
  [
    'docker',
    '/var/lib/docker/containers/a/hostconfig.json',
    '{"RestartPolicy":{"Name":"always"},"PortBindings":{"80/tcp":[{"HostIp":"::","HostPort":"80"}]}}',
  ],
]

/** What daemons listen on by their configuration. */
export const daemonReaders: readonly FuzzedReader[] = SEEDS.map(([unit, place, seed]) =>
  treeReader({
    name: `daemon ${unit} ${place.slice(place.lastIndexOf('/') + 1)}`,
    place,
    paths: /^$/,
    more: [seed],
    words: ['{', '}', '"', '#', '[::]:', '0.0.0.0', '127.0.0.1', 'localhost', '65536', '../'],
    read: ({ root, release }) =>
      listeningOf({ root, release, unit: `${unit}.service`, file: '/x', words: [], user: undefined }, undefined),
  }),
)
