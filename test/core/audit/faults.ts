import { fileLineText } from '../../../src/core/access/finding.ts'
import { audit } from '../../../src/core/audit/audit.ts'
import type { AuditFinding } from '../../../src/core/audit/finding.ts'
import { sha512crypt } from '../../../src/device/formats/sha512crypt.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { KEYS, TODAY } from '../../support/spec.ts'
import { type Planted, plant } from '../access/readers/device.ts'

export type Image = ReturnType<typeof samplePiOs>

export const imageOf = (behaviour: Behaviour) => samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
export const found = (image: Image) =>
  audit(inspect(image, { allowBooted: true, isLookedAt: true }), { today: TODAY }).findings
export const short = ({ rule, at }: AuditFinding) => [rule, ...(at === undefined ? [] : [fileLineText(at)])].join(' ')

export function planted(image: Image, what: Planted): Image {
  const on = (isBoot: boolean) => Object.entries(what).filter(([path]) => path.startsWith('boot:') === isBoot)
  plant(image.root, Object.fromEntries(on(false)))
  const onBoot = on(true).map(([path, sketch]) => [path.slice('boot:'.length), sketch])
  plant(image.boot as MemoryTree, Object.fromEntries(onBoot))
  return image
}

const WANTS = '/etc/systemd/system/multi-user.target.wants'
export const starts = (unit: string, command = '/usr/bin/true'): Planted => ({
  [`/usr/lib/systemd/system/${unit}`]: `[Unit]\nDescription=x\n[Service]\nExecStart=${command}\n`,
  [`${WANTS}/${unit}`]: { link: `/usr/lib/systemd/system/${unit}` },
  '/usr/bin/true': { text: '', mode: 0o755 },
})
/** A daemon with its configuration, and what is found of it: rules with places. */
const listens = (unit: string, files: Readonly<Record<string, string>>, ...expected: string[]): Faults[number] => [
  `${unit}: ${expected.join(', ') || 'nothing'}`,
  { ...starts(unit), ...files },
  ...expected,
]
export const ssh: Planted = {
  [`${WANTS}/ssh.service`]: { link: '/usr/lib/systemd/system/ssh.service' },
}
/** Of somebody beside the stock account. */
export const account = (password: string, shell = '/bin/bash'): Planted => ({
  '/etc/passwd': `${passwd()}eve:x:1005:1005::/home/eve:${shell}\n`,
  '/etc/group': `${text('/etc/group')}eve:x:1005:\n`,
  '/etc/shadow': { text: `${text('/etc/shadow')}eve:${password}:19000:0:99999:7:::\n`, mode: 0o640, gid: 42 },
})
const text = (path: string) => new TextDecoder().decode(imageOf('trixie-2026').root.read(path))
const passwd = () => text('/etc/passwd')
const hashOf = (word: string) => sha512crypt(word, 'saltsalt', 5000).replace('rounds=5000$', '')
/** A hash of a password that nobody has published. */
export const HASHED = hashOf('correct horse battery staple')
const secret = (path: string) => `boot-secret /boot/firmware/${path}`
const agent = (path: string) => `first-boot-agent /boot/firmware/${path}`
const inHome = (name: string, rule: string): Faults[number] => [
  `${name} in a home`,
  { [`/root/${name}`]: 'x' },
  `${rule} /root/${name}`,
]

const folder = (mode: number) => ({ directory: mode })
const sudoers = (line: string): Planted => ({ '/etc/sudoers.d/eve': { text: line, mode: 0o440 } })
const root = (line = 1) => `root-unasked /etc/sudoers.d/eve:${line}`
const started = (unit: string, program: string): Planted => ({
  [`/usr/lib/systemd/system/${unit}`]: `[Service]\nExecStart=${program}\n`,
  [`${WANTS}/${unit}`]: { link: `/usr/lib/systemd/system/${unit}` },
})
const socketOn = (address: string): Planted => ({
  '/usr/lib/systemd/system/kit.socket': `[Socket]\nListenStream=${address}\n`,
  '/usr/lib/systemd/system/kit.service': '[Service]\nExecStart=/usr/bin/true\n',
  '/etc/systemd/system/sockets.target.wants/kit.socket': { link: '/usr/lib/systemd/system/kit.socket' },
})
const LIST = '/var/lib/apt/lists/archive.example_debian-security_dists_trixie-security_main_binary-arm64_Packages'
const offering = (version: string) =>
  `Package: sudo\nArchitecture: arm64\nVersion: ${version}\nDescription: x\n y\n\nPackage: other\nVersion: 9:0\n`

export type Faults = readonly (readonly [title: string, what: Planted, ...expected: string[]])[]
export const faults: Faults = [
  ['SSH with a password', { ...ssh, ...account(HASHED) }, 'ssh-password', 'no-limit'],
  [
    'SSH with the password that everybody knows',
    { ...ssh, ...account(hashOf('raspberry')) },
    'ssh-password',
    'no-limit',
    'default-password /etc/shadow',
  ],
  ['the password is the name of its account', account(hashOf('eve')), 'default-password /etc/shadow'],
  ['a hash of DES', account('ab5e5XJugECpE'), 'weak-hash /etc/shadow'],
  ['a hash of MD5', account('$1$saltsalt$MzDjbImyzEz2m0NTiPzNW/'), 'weak-hash /etc/shadow'],
  ['an upgrade of the security archive that the image knows of', { [LIST]: offering('9:0') }, `missed-upgrade ${LIST}`],
  ['Bluetooth', starts('bluetooth.service'), 'bluetooth-on'],
  [
    'Bluetooth without its module',
    { ...starts('bluetooth.service'), '/etc/modprobe.d/x.conf': 'install bluetooth /bin/false\n' },
  ],
  ['a list of it that offers what is there', { [LIST]: offering('0~') }],
  ['a list of another archive', { [LIST.replace('trixie-security', 'trixie')]: offering('9:0') }],
  [
    'the password of a share',
    { '/etc/fstab': `${text('/etc/fstab')}//nas/x /mnt cifs nofail,username=a,password=b 0 0\n` },
    `network-password /etc/fstab:${text('/etc/fstab').split('\n').length}`,
  ],
  [
    'a boot partition that everybody may write',
    { '/etc/fstab': text('/etc/fstab').replace(/(boot\/firmware\s+vfat\s+defaults)/, '$1,umask=0') },
    'root-way /etc/fstab:2',
  ],
  ['an account without a password', account(''), 'console-unasked /etc/shadow'],
  ['a locked hash', account('!$1$saltsalt$MzDjbImyzEz2m0NTiPzNW/')],
  ['a password of its own, without SSH', account(HASHED)],
  [
    'a key of somebody',
    { ...ssh, ...account('*'), '/home/eve/.ssh/authorized_keys': { text: `${KEYS.bob}\n`, uid: 1005, gid: 1005 } },
    'ssh-key',
  ],
  [
    'sudo that asks for nothing',
    { ...account(HASHED), '/etc/sudoers.d/eve': { text: 'eve ALL=(ALL) NOPASSWD: ALL\n', mode: 0o440 } },
    'root-unasked /etc/sudoers.d/eve:1',
  ],
  ['a shell with the bit', { '/usr/local/bin/sh': { text: '\u007fELF', mode: 0o4755 } }, 'root-way /usr/local/bin/sh'],
  [
    'the console without a question',
    {
      ...account(HASHED),
      '/etc/systemd/system/getty.target.wants/getty@tty1.service': { link: '/usr/lib/systemd/system/getty@.service' },
      '/etc/systemd/system/getty@tty1.service.d/a.conf':
        '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin eve --noclear %I $TERM\n',
    },
    'console-unasked /etc/systemd/system/getty@tty1.service.d/a.conf:3',
  ],
  [
    'another program that lets in',
    {
      '/usr/sbin/telnetd': { text: '', mode: 0o755 },
      '/usr/lib/systemd/system/kit.service': '[Service]\nExecStart=/usr/sbin/telnetd\n',
      [`${WANTS}/kit.service`]: { link: '/usr/lib/systemd/system/kit.service' },
    },
    'other-login /usr/lib/systemd/system/kit.service:2',
  ],
  // No configuration of theirs is read: what their packages make of them.
  ...['jellyfin.service', 'plexmediaserver.service'].map((unit) =>
    listens(unit, {}, `listener /usr/lib/systemd/system/${unit}`),
  ),
  listens(
    'nginx.service',
    { '/etc/nginx/nginx.conf': 'http {\n server { listen 80; }\n}\n' },
    'listener /etc/nginx/nginx.conf:2',
  ),
  listens('nginx.service', { '/etc/nginx/nginx.conf': 'http {\n server { listen 127.0.0.1:80; }\n}\n' }),
  listens('mosquitto.service', { '/etc/mosquitto/mosquitto.conf': 'persistence true\n' }),
  listens(
    'mosquitto.service',
    { '/etc/mosquitto/mosquitto.conf': 'listener 1883\nallow_anonymous true\n' },
    'listener /etc/mosquitto/mosquitto.conf:1',
    'open-service /etc/mosquitto/mosquitto.conf:1',
  ),
  listens(
    'mosquitto.service',
    { '/etc/mosquitto/mosquitto.conf': 'listener 1883\npassword_file /etc/mosquitto/p\n' },
    'listener /etc/mosquitto/mosquitto.conf:1',
    'plain-text-service /etc/mosquitto/mosquitto.conf:1',
  ),
  listens(
    'mosquitto.service',
    { '/etc/mosquitto/mosquitto.conf': 'listener 8883\npassword_file /p\ncertfile /c\nkeyfile /k\n' },
    'listener /etc/mosquitto/mosquitto.conf:1',
  ),
  listens(
    'redis-server.service',
    { '/etc/redis/redis.conf': 'protected-mode no\nbind 0.0.0.0\n' },
    'listener /etc/redis/redis.conf:2',
    'open-service /etc/redis/redis.conf:2',
  ),
  listens(
    'vsftpd.service',
    { '/etc/vsftpd.conf': 'listen=YES\nanonymous_enable=NO\n' },
    'listener /etc/vsftpd.conf:1',
    'plain-text-service /etc/vsftpd.conf:1',
  ),
  listens(
    'snmpd.service',
    { '/etc/snmp/snmpd.conf': 'agentaddress udp:161\nrocommunity public\n' },
    'listener /etc/snmp/snmpd.conf:2',
    'open-service /etc/snmp/snmpd.conf:2',
  ),
  listens(
    'docker.service',
    {
      '/var/lib/docker/containers/a/hostconfig.json':
        '{"RestartPolicy":{"Name":"always"},"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]}}',
    },
    'listener /var/lib/docker/containers/a/hostconfig.json',
  ),
  listens('nfs-mountd.service', {}, 'untold-listener /etc/nfs.conf'),
  [
    'a daemon under another name, by its program',
    {
      ...starts('kit.service', '/usr/bin/pigpiod -p 8000'),
      '/usr/bin/pigpiod': { text: '', mode: 0o755 },
    },
    'listener /usr/lib/systemd/system/kit.service',
    'open-service /usr/lib/systemd/system/kit.service',
  ],
  [
    'a daemon that cannot start',
    { ...starts('nginx.service', '/usr/sbin/absent'), '/etc/nginx/nginx.conf': 'http {\n server { }\n}\n' },
  ],
  [
    'a script of /etc/init.d',
    {
      '/etc/init.d/tftpd-hpa': { text: '#!/bin/sh\n', mode: 0o755 },
      '/etc/rc3.d/S01tftpd-hpa': { link: '../init.d/tftpd-hpa' },
      '/etc/default/tftpd-hpa': 'TFTP_ADDRESS=":69"\n',
    },
    'listener /etc/default/tftpd-hpa:1',
  ],
  [
    'a socket',
    {
      '/usr/lib/systemd/system/kit.socket': '[Socket]\nListenStream=8080\n',
      '/usr/lib/systemd/system/kit.service': '[Service]\nExecStart=/usr/bin/true\n',
      '/etc/systemd/system/sockets.target.wants/kit.socket': { link: '/usr/lib/systemd/system/kit.socket' },
    },
    'listener /usr/lib/systemd/system/kit.socket:2',
  ],
  [
    'a socket of the loopback',
    {
      '/usr/lib/systemd/system/kit.socket': '[Socket]\nListenStream=127.0.0.1:8080\n',
      '/usr/lib/systemd/system/kit.service': '[Service]\nExecStart=/usr/bin/true\n',
      '/etc/systemd/system/sockets.target.wants/kit.socket': { link: '/usr/lib/systemd/system/kit.socket' },
    },
  ],
  [
    'a service that is not started',
    { '/usr/lib/systemd/system/nginx.service': '[Service]\nExecStart=/usr/bin/true\n' },
  ],
  ['the log-in of Imager', { 'boot:/userconf.txt': `pi:${HASHED}\n` }, agent('userconf.txt'), secret('userconf.txt:1')],
  [
    'custom.toml',
    { 'boot:/custom.toml': '[user]\nname = "pi"\npassword = "x"\n' },
    agent('custom.toml'),
    secret('custom.toml:3'),
  ],
  [
    'a passphrase of Wi-Fi',
    { 'boot:/wpa_supplicant.conf': 'network={\n  ssid="x"\n  psk="y"\n}\n' },
    secret('wpa_supplicant.conf:3'),
  ],
  ['SSH switched on by a file', { 'boot:/ssh': '' }, agent('ssh')],
  ['a seed of cloud-init', { 'boot:/user-data': '#cloud-config\nhostname: x\n' }, agent('user-data')],
  ['a machine ID', { '/etc/machine-id': `${'a'.repeat(32)}\n` }, 'shared-identity'],
  ['host keys', { '/etc/ssh/ssh_host_ed25519_key': 'x' }, 'shared-identity'],
  ['a private key', { '/root/.ssh/id_ed25519': 'x' }, 'private-key /root/.ssh/id_ed25519'],
  ['a key of WireGuard', { '/etc/wireguard/wg0.conf': 'x' }, 'private-key /etc/wireguard/wg0.conf'],
  ...['.netrc', '.git-credentials', '.bash_history', '.aws/credentials', '.vnc/passwd'].map((name) =>
    inHome(name, 'token'),
  ),
  // Ways to root.
  [
    'a second root',
    { ...account(HASHED), '/etc/passwd': `${passwd()}eve:x:0:0::/root:/bin/bash\n` },
    'root-way /etc/passwd',
  ],
  [
    'a line of passwd with a field too few',
    { '/etc/passwd': `${passwd()}eve:x:1005\n` },
    `damaged-accounts /etc/passwd:${passwd().split('\n').length}`,
  ],
  [
    'an account without its line of shadow',
    { '/etc/passwd': `${passwd()}eve:x:1005:1005::/home/eve:/bin/sh\n` },
    'damaged-accounts /etc/passwd',
  ],
  [
    'an account in the group docker',
    { ...account(HASHED), '/etc/group': `${text('/etc/group')}eve:x:1005:\ndocker:x:990:eve\n` },
    'root-way /etc/group',
  ],
  [
    'an interpreter with a capability',
    { '/usr/local/bin/perl': { text: '\u007fELF', mode: 0o755, capabilities: ['setuid'] } },
    'root-way /usr/local/bin/perl',
  ],
  ['a preloaded library', { '/etc/ld.so.preload': '/tmp/x.so\n' }, 'unproved /etc/ld.so.preload:1'],
  ['sudo for a group, unasked', { ...account(HASHED), ...sudoers('%eve ALL=(ALL) NOPASSWD: ALL\n') }, root()],
  ['sudo by the number, unasked', { ...account(HASHED), ...sudoers('#1005 ALL=(ALL) NOPASSWD: ALL\n') }, root()],
  ['sudo for everybody, unasked', { ...account(HASHED), ...sudoers('ALL ALL=(ALL) NOPASSWD: ALL\n') }, root()],
  ['sudo of a shell, unasked', { ...account(HASHED), ...sudoers('eve ALL=(ALL) NOPASSWD: /usr/bin/bash\n') }, root()],
  [
    'sudo that asks nobody',
    { ...account(HASHED), ...sudoers('Defaults:eve !authenticate\neve ALL=(ALL) ALL\n') },
    root(2),
  ],
  ['/etc/shadow for everybody', { '/etc/shadow': { text: text('/etc/shadow'), mode: 0o666 } }, 'root-way /etc/shadow'],
  ['/etc/passwd for everybody', { '/etc/passwd': { text: passwd(), mode: 0o666 } }, 'root-way /etc/passwd'],
  ['a job of cron for everybody', { '/etc/crontab': { text: '', mode: 0o666 } }, 'root-way /etc/crontab'],
  ['a folder of sudo for everybody', { '/etc/sudoers.d': folder(0o777) }, 'root-unasked /etc/sudoers.d'],
  [
    'the shell of debugging',
    started('kit-shell.service', '/bin/bash\nStandardInput=tty\nTTYPath=/dev/tty9'),
    'console-unasked /usr/lib/systemd/system/kit-shell.service:2',
  ],

  // What listens, and its filter.
  listens('apache2.service', { '/etc/apache2/ports.conf': 'Listen 80\n' }, 'listener /etc/apache2/ports.conf:1'),
  listens('smbd.service', { '/etc/samba/smb.conf': '[global]\nsmb ports = 445\n' }, 'listener /etc/samba/smb.conf:2'),
  listens(
    'smbd.service',
    {
      '/etc/samba/smb.conf':
        '[global]\nmap to guest = bad user\nsmb ports = 445\n[a]\nguest ok = yes\nwritable = yes\n',
    },
    'listener /etc/samba/smb.conf:5',
    'open-service /etc/samba/smb.conf:5',
  ),
  listens(
    'nodered.service',
    { '/root/.node-red/settings.js': 'module.exports = {\n  uiPort: 1880,\n}\n' },
    'listener /root/.node-red/settings.js:2',
    'open-service /root/.node-red/settings.js:2',
  ),
  listens('xrdp.service', { '/etc/xrdp/xrdp.ini': '[Globals]\nport=3389\n' }, 'listener /etc/xrdp/xrdp.ini:2'),
  listens(
    'minidlna.service',
    { '/etc/minidlna.conf': 'port=8200\n' },
    'listener /etc/minidlna.conf:1',
    'listener /etc/minidlna.conf:1',
  ),
  listens('squid.service', { '/etc/squid/squid.conf': 'http_port 3128\n' }, 'listener /etc/squid/squid.conf:1'),
  listens(
    'grafana-server.service',
    { '/etc/grafana/grafana.ini': '[server]\nhttp_port = 3000\n' },
    'listener /etc/grafana/grafana.ini:2',
    'plain-text-service /etc/grafana/grafana.ini:2',
  ),
  listens(
    'wayvnc.service',
    { '/etc/wayvnc/config': 'address=::\nenable_auth=false\n' },
    'listener /etc/wayvnc/config:2',
    'open-service /etc/wayvnc/config:2',
  ),
  listens('prometheus.service', {}, 'listener /usr/lib/systemd/system/prometheus.service'),
  listens(
    'hass.service',
    { '/root/.homeassistant/configuration.yaml': 'http:\n  server_port: 8123\n' },
    'listener /root/.homeassistant/configuration.yaml:2',
    'plain-text-service /root/.homeassistant/configuration.yaml:2',
  ),
  ['a socket for IPv6 alone', socketOn('[::]:8080'), 'listener /usr/lib/systemd/system/kit.socket:2'],
  ['a socket of the loopback of IPv6', socketOn('[::1]:8080')],
  ['a socket in the file system', socketOn('/run/kit.sock')],

  // Packages.
  [
    'a source without a signature',
    { '/etc/apt/sources.list.d/x.list': 'deb [trusted=yes] http://x/ a b\n' },
    'unsigned-source /etc/apt/sources.list.d/x.list:1',
  ],
  [
    'such a source among options',
    { '/etc/apt/sources.list.d/x.list': '# x\ndeb [arch=arm64 allow-insecure=yes] http://x/ a b\n' },
    'unsigned-source /etc/apt/sources.list.d/x.list:2',
  ],
  [
    'such a source in deb822',
    { '/etc/apt/sources.list.d/x.sources': 'Types: deb\nURIs: http://x/\nSuites: a\nTrusted: yes\n' },
    'unsigned-source /etc/apt/sources.list.d/x.sources:4',
  ],
  [
    'every source',
    { '/etc/apt/apt.conf.d/99x': 'APT::Get::AllowUnauthenticated "true";\n' },
    'unsigned-source /etc/apt/apt.conf.d/99x:1',
  ],
  [
    'a signed source',
    { '/etc/apt/sources.list.d/x.list': 'deb [signed-by=/usr/share/keyrings/x.gpg] http://x/ a b\n' },
  ],
  ['a source that is off', { '/etc/apt/sources.list.d/x.list': '# deb [trusted=yes] http://x/ a b\n' }],

  // Secrets of programs.
  ...['/opt/kit/.env', '/srv/app/secrets.yaml', '/root/secrets.json', '/var/www/site/.env.production'].map(
    (file): Faults[number] => [`a token in ${file}`, { [file]: '# x\n"api_key": "0123456789"\n' }, `token ${file}:2`],
  ),
  ['a file of settings without a secret', { '/opt/kit/.env': 'PORT=80\nPASSWORD=\nTOKEN=$OTHER\n' }],
  ...[
    '/opt/kit/server.key',
    '/etc/openvpn/server/vpn.key',
    '/root/.ssh/deploy.pem',
    '/etc/mosquitto/certs/broker.pem',
    '/root/deploy_rsa',
    '/home/pi/putty.ppk',
  ].map((file): Faults[number] => [
    `a private key in ${file}`,
    { [file]: '-----BEGIN EC PRIVATE KEY-----\nx\n' },
    `private-key ${file}`,
  ]),
  ['a certificate', { '/opt/kit/server.pem': '-----BEGIN CERTIFICATE-----\nx\n' }],
  [
    'the password of a network',
    {
      '/etc/NetworkManager/system-connections/kit.nmconnection': {
        text: '[wifi-security]\nkey-mgmt=wpa-psk\npsk=0123456789\n',
        mode: 0o600,
      },
    },
    'network-password /etc/NetworkManager/system-connections/kit.nmconnection:3',
  ],
  ...['.docker/config.json', '.kube/config', '.pgpass', '.config/gh/hosts.yml', '.zsh_history'].map((name) =>
    inHome(name, 'token'),
  ),

  // Modes and the kernel.
  ['a file for everybody', { '/opt/kit/run.sh': { text: '', mode: 0o777 } }, 'world-writable /opt/kit/run.sh'],
  ['a folder for everybody', { '/srv/drop': folder(0o777) }, 'world-writable /srv/drop'],
  ['a folder in which each has his own', { '/srv/drop': folder(0o1777) }],
  ...(
    [
      ['kernel.dmesg_restrict', '0'],
      ['kernel.randomize_va_space', '0'],
      ['fs.suid_dumpable', '2'],
      ['net.ipv4.conf.all.accept_source_route', '1'],
      ['net/ipv4/tcp_syncookies', '0'],
    ] as const
  ).map(([key, value]): Faults[number] => [
    `${key} = ${value}`,
    { '/etc/sysctl.d/99-z.conf': `# x\n${key} = ${value}\n` },
    'kernel-weakened /etc/sysctl.d/99-z.conf:2',
    ...(key === 'kernel.dmesg_restrict' ? ['kernel-settings'] : []),
  ]),
  ...(['/tmp', '/var/tmp', '/dev/shm'] as const).flatMap((folder): readonly Faults[number][] => [
    [
      `${folder} that lets programs of others and devices be`,
      { '/etc/fstab': `${text('/etc/fstab')}tmpfs ${folder} tmpfs nosuid,noexec,suid 0 0\n` },
      'mount-options',
    ],
    [
      `${folder} without programs, and the others as they were`,
      { '/etc/fstab': `${text('/etc/fstab')}tmpfs ${folder} tmpfs nodev,nosuid,noexec 0 0\n` },
      'mount-options',
    ],
  ]),
  ['a history that is empty', { '/root/.bash_history': '' }],
]
