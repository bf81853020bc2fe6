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
export const found = (image: Image) => audit(inspect(image, { allowBooted: true }), { today: TODAY }).findings
export const short = ({ rule, at }: AuditFinding) => [rule, ...(at === undefined ? [] : [fileLineText(at)])].join(' ')

export function planted(image: Image, what: Planted): Image {
  const on = (isBoot: boolean) => Object.entries(what).filter(([path]) => path.startsWith('boot:') === isBoot)
  plant(image.root, Object.fromEntries(on(false)))
  const onBoot = on(true).map(([path, sketch]) => [path.slice('boot:'.length), sketch])
  plant(image.boot as MemoryTree, Object.fromEntries(onBoot))
  return image
}

const WANTS = '/etc/systemd/system/multi-user.target.wants'
const starts = (unit: string): Planted => ({
  [`/usr/lib/systemd/system/${unit}`]: '[Unit]\nDescription=x\n[Service]\nExecStart=/usr/bin/true\n',
  [`${WANTS}/${unit}`]: { link: `/usr/lib/systemd/system/${unit}` },
})
const listens = (unit: string): Faults[number] => [unit, starts(unit), `listener /usr/lib/systemd/system/${unit}`]
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
  ...['nginx.service', 'mosquitto.service', 'smbd.service', 'octoprint.service', 'transmission-daemon.service'].map(
    listens,
  ),
  [
    'a socket',
    {
      '/usr/lib/systemd/system/kit.socket': '[Socket]\nListenStream=8080\n',
      '/usr/lib/systemd/system/kit.service': '[Service]\nExecStart=/usr/bin/true\n',
      '/etc/systemd/system/sockets.target.wants/kit.socket': { link: '/usr/lib/systemd/system/kit.socket' },
    },
    'listener /usr/lib/systemd/system/kit.socket',
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
  ['a history that is empty', { '/root/.bash_history': '' }],
]
