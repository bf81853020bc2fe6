import * as assert from 'uvu/assert'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { compiled, outcomeOf } from '../../support/plan.ts'
import { type LooseSpec, smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('what other files undo')

const notesWith = (files: Readonly<Record<string, string>>, change: (spec: LooseSpec) => void = () => {}) => {
  const spec = smallSpec()
  change(spec)
  return (outcomeOf(spec, { tamper: (root) => plant(root, files) }).plan?.notes ?? [])
    .map(({ message }) => message)
    .filter((message) => message.includes(' wins over '))
}

function plant(root: MemoryTree, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const isLink = text.startsWith('-> ')
    const node = isLink
      ? ({ kind: 'symlink', target: text.slice(3), uid: 0, gid: 0 } as const)
      : ({ kind: 'file', content: new TextEncoder().encode(text), mode: 0o644, uid: 0, gid: 0 } as const)
    const parts = path.split('/').slice(1, -1)
    for (const folder of parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)) {
      if (root.lstat(folder) === undefined) root.nodes.set(folder, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
    }
    root.nodes.set(isLink ? path : root.resolve(path), node)
  }
}

test('a stock image undoes nothing', () => assert.equal(notesWith({}), []))

for (const [title, path, text, line, undone] of [
  [
    'apt: no upgrades',
    '/etc/apt/apt.conf.d/99-no-auto',
    '// mine\nAPT::Periodic::Unattended-Upgrade "0";\n',
    2,
    'apt::periodic::unattended-upgrade = 0 in place of 1',
  ],
  [
    'apt: a restart at once',
    '/etc/apt/apt.conf.d/99-reboot',
    'Unattended-Upgrade { Automatic-Reboot "true"; Automatic-Reboot-Time "now"; };\n',
    1,
    'unattended-upgrade::automatic-reboot = true in place of false',
  ],
  ['apt.conf is read last', '/etc/apt/apt.conf', '\n\nAPT { Periodic { Unattended-Upgrade "0"; }; };\n', 3, ' = 0 '],
  ['apt: all daily work off', '/etc/apt/apt.conf.d/02periodic', 'APT::Periodic::Enable "0";\n', 1, 'enable = 0 in'],
  ['apt: the timer masked', '/etc/systemd/system/apt-daily-upgrade.timer', '-> /dev/null', 1, 'timer = masked in'],
  ['journald', '/etc/systemd/journald.conf.d/zz.conf', '[Journal]\nStorage=none\n', 2, 'Journal.Storage = none'],
  ['core dumps', '/usr/lib/systemd/coredump.conf.d/99-zzz.conf', '[Coredump]\nStorage=external\n', 2, 'external'],
  ['limits of services', '/etc/systemd/system.conf.d/zz.conf', '[Manager]\nDefaultLimitCORE=infinity\n', 2, 'infinity'],
  [
    'limits of one user',
    '/etc/security/limits.d/00-dev.conf',
    'alice - core unlimited\n',
    1,
    '* hard core = unlimited',
  ],
  [
    'modprobe: the first counts',
    '/etc/modprobe.d/aa.conf',
    'install cramfs /sbin/modprobe -i cramfs\n',
    1,
    'cramfs = ',
  ],
  ['sysctl', '/usr/lib/sysctl.d/99-zzz.conf', '# x\n-kernel/sysrq=1\n', 2, 'kernel.sysrq = 1 in place of 0'],
  [
    'the lock of ufw',
    '/etc/tmpfiles.d/a.conf',
    'f /run/ufw.lock 0644 root root -\n',
    1,
    '/run/ufw.lock = f 644 in place of f 600',
  ],
  ['presets', '/etc/systemd/system-preset/00-all.preset', 'disable *\n', 1, ' = disable in place of enable'],
  [
    'fail2ban',
    '/etc/fail2ban/jail.d/zz.local',
    '[sshd]\nenabled = false\n',
    2,
    'sshd.enabled = false in place of true',
  ],
  [
    'fail2ban.local',
    '/etc/fail2ban/fail2ban.d/zz.local',
    '[Definition]\ndbpurgeage = 1\n',
    2,
    'dbpurgeage = 1 in place',
  ],
] as const) {
  test(`${title}: said, with file and line`, () => {
    const [note = '', ...more] = notesWith({ [path]: text })
    assert.equal(more, [])
    const place = path === '/etc/systemd/system/apt-daily-upgrade.timer' ? path : `${path}:${line}`
    assert.ok(note.startsWith(place), note)
    assert.match(note, undone)
  })
}

test('USB rules, where USB disks are blocked', () => {
  const [note = ''] = notesWith(
    { '/etc/udev/rules.d/99-zz.rules': 'ACTION=="add", ATTR{authorized}="1"\n' },
    (spec) => {
      spec.hardware = { usbStorage: 'block' }
    },
  )
  assert.match(note, 'ATTR{authorized} = 1 in place of 0')
})

const FIRST = '/usr/lib/systemd/system/pibake-firstboot.service'
const DROPPED = '/etc/systemd/system/fail2ban.service.d'

for (const [title, path, text, said] of [
  [
    'a condition for the first start',
    '/etc/systemd/system/pibake-firstboot.service.d/x.conf',
    '[Service]\nExecCondition=/bin/false\n',
    `:2 wins over ${FIRST}: ExecCondition of pibake-firstboot.service = /bin/false in place of nothing`,
  ],
  [
    'another first start',
    '/etc/systemd/system/pibake-firstboot.service',
    '[Service]\nExecStart=/bin/true\n',
    `:1 wins over ${FIRST}: pibake-firstboot.service = another unit in place of as pibake wrote it`,
  ],
  [
    'a setting of fail2ban',
    `${DROPPED}/zz.conf`,
    '[Service]\nRestartSec=1h\n',
    `:2 wins over ${DROPPED}/pibake-restart.conf: RestartSec of fail2ban.service = 1h in place of 10s`,
  ],
] as const) {
  test(`units: ${title}`, () => assert.equal(notesWith({ [path]: text }), [`${path}${said}`]))
}

for (const [title, path, text] of [
  ['a mask, which the plan takes away', '/etc/systemd/system/pibake-firstboot.service', '-> /dev/null'],
  ['an order', '/etc/systemd/system/pibake-firstboot.service.d/x.conf', '[Unit]\nAfter=x.service\n'],
  ['an earlier drop-in', `${DROPPED}/aa.conf`, '[Service]\nRestartSec=1h\n'],
  ['another setting', `${DROPPED}/zz.conf`, '[Service]\nNice=5\n'],
  ['another unit', '/etc/systemd/system/kit.service.d/x.conf', '[Service]\nRestartSec=1h\n'],
] as const) {
  test(`units: nothing is said of ${title}`, () => assert.equal(notesWith({ [path]: text }), []))
}

test('units: settings for all services are said of each of them, the file once a unit', () => {
  const notes = notesWith({ '/etc/systemd/system/service.d/x.conf': '[Service]\nPrivateNetwork=yes\n' })
  assert.is(notes.length, 1)
  assert.match(notes[0] ?? '', 'PrivateNetwork of pibake-firstboot.service = yes in place of nothing')
  assert.match(notes[0] ?? '', 'PrivateNetwork of pibake-interim-firewall.service = yes in place of nothing')
})

test('units: the first start masked by the kernel', () => {
  assert.equal(
    withWord('systemd.mask=pibake-firstboot.service', () => {}),
    [
      `/boot/firmware/cmdline.txt:1 wins over ${FIRST}: pibake-firstboot.service = masked in place of as pibake wrote it`,
    ],
  )
})

const wifi = (spec: LooseSpec) => {
  spec.network = { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'wifi.psk' }] } }
}
const PROFILE = '/etc/NetworkManager/system-connections/pibake-kit.nmconnection'

for (const [title, path, text, place, undone] of [
  [
    'left alone by a list',
    '/etc/NetworkManager/conf.d/x.conf',
    '[keyfile]\nunmanaged-devices=type:wifi\n',
    2,
    'wlan0 managed = no in place of yes',
  ],
  ['left alone by udev', '/etc/udev/rules.d/9.rules', 'KERNEL=="wlan0", ENV{NM_UNMANAGED}="1"\n', 1, 'managed = no'],
  ['left to ifupdown', '/etc/network/interfaces', 'iface wlan0 inet manual\n', 1, 'wlan0 managed = no'],
  [
    'profiles elsewhere',
    '/etc/NetworkManager/conf.d/x.conf',
    '[keyfile]\npath=/srv/nm\n',
    2,
    'keyfile path = /srv/nm in place of /etc/NetworkManager/system-connections',
  ],
] as const) {
  test(`Wi-Fi, ${title}: said where the spec names a network, and there alone`, () => {
    const [note = '', ...more] = notesWith({ [path]: text }, wifi)
    assert.equal(more, [])
    assert.ok(note.startsWith(`${path}:${place} wins over ${PROFILE}: `), note)
    assert.match(note, undone)
    assert.equal(notesWith({ [path]: text }), [])
  })
}

test('two networks are said once', () => {
  const [note = ''] = notesWith({ '/etc/NetworkManager/conf.d/x.conf': '[device]\nmanaged=0\n' }, (spec) => {
    spec.network = { wifi: { country: 'AT', networks: [{ ssid: 'a' }, { ssid: 'b' }] } }
  })
  assert.is(note.split('wlan0 managed').length, 2, note)
})

test('kernel settings that ufw sets once more, in a file of the image or of the spec', () => {
  const path = '/etc/ufw/sysctl.conf'
  const text = '# mine\nnet/ipv4/conf/all/send_redirects=1\n'
  const said = `${path}:2 wins over /etc/sysctl.d/99-zz-pibake.conf: net.ipv4.conf.all.send_redirects = 1 in place of 0`
  assert.equal(notesWith({ [path]: text }), [said])
  assert.equal(
    notesWith({}, (spec) => {
      spec.files = [{ path, content: text }]
    }),
    [said],
  )
  assert.equal(
    notesWith({ [path]: text }, (spec) => {
      spec.firewall = { enabled: false }
    }),
    [],
  )
})

const withWord = (word: string, change: (spec: LooseSpec) => void) => {
  const spec = smallSpec()
  change(spec)
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const before = new TextDecoder().decode(target.boot?.read('/cmdline.txt'))
  if (target.boot instanceof MemoryTree) plant(target.boot, { '/cmdline.txt': `${before.trim()} ${word}\n` })
  return compiled(sound(spec), target)
    .plan.notes.map(({ message }) => message)
    .filter((message) => message.includes(' wins over '))
}

test('a name among the words of the kernel', () => {
  const named = (spec: LooseSpec) => {
    spec.device = { hostname: 'kit' }
  }
  assert.equal(withWord('systemd.hostname=other', named), [
    '/boot/firmware/cmdline.txt:1 wins over /etc/hostname: hostname = other in place of kit',
  ])
  assert.equal(withWord('systemd.hostname=kit', named), [])
  assert.equal(
    withWord('systemd.hostname=other', () => {}),
    [],
  )
})

test('no IPv6 in the kernel, where the spec switches it on', () => {
  const on = (spec: LooseSpec) => {
    spec.hardening = { sysctl: { 'net.ipv6.conf.all.disable_ipv6': 0 } }
  }
  assert.equal(withWord('ipv6.disable=1', on), [
    '/boot/firmware/cmdline.txt:1 wins over /etc/sysctl.d/99-zz-pibake.conf: net.ipv6.conf.all.disable_ipv6 = 1 in place of 0',
  ])
  assert.equal(
    withWord('ipv6.disable=1', () => {}),
    [],
  )
})

test('a file of the spec undoes as one of the image does', () => {
  const [note = ''] = notesWith({}, (spec) => {
    spec.files = [{ path: '/etc/sysctl.d/99-zzz.conf', content: 'kernel.sysrq = 1\n' }]
  })
  assert.match(note, '/etc/sysctl.d/99-zzz.conf:1 wins over /etc/sysctl.d/99-zz-pibake.conf: kernel.sysrq = 1')
})

for (const [title, path, text] of [
  ['the same value', '/etc/sysctl.d/99-zzz.conf', 'kernel.sysrq = 0\n'],
  ['an earlier file', '/etc/sysctl.d/10-x.conf', 'kernel.sysrq = 1\n'],
  ['a glob, which no explicit key yields to', '/etc/sysctl.d/99-zzz.conf', 'net.ipv4.conf.*.rp_filter = 0\n'],
  ['a comment', '/etc/apt/apt.conf.d/99-no-auto', '/* APT::Periodic::Enable "0"; */ # APT::Periodic::Enable "0";\n'],
  ['a name that apt does not read', '/etc/apt/apt.conf.d/99-no-auto.bak', 'APT::Periodic::Enable "0";\n'],
  ['a later modprobe file', '/etc/modprobe.d/zz.conf', 'install cramfs /sbin/modprobe -i cramfs\n'],
  ['a later line for the lock of ufw', '/etc/tmpfiles.d/zz.conf', 'f /run/ufw.lock 0644 root root -\n'],
  ['another section', '/etc/systemd/journald.conf.d/zz.conf', '[Other]\nStorage=none\n'],
  ['a jail of its own', '/etc/fail2ban/jail.d/zz.local', '[nginx]\nenabled = true\n'],
  ['a .conf of fail2ban', '/etc/fail2ban/jail.d/zz.conf', '[sshd]\nenabled = false\n'],
] as const) {
  test(`no note: ${title}`, () => assert.equal(notesWith({ [path]: text }), []))
}
