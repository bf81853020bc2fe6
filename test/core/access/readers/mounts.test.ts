import * as assert from 'uvu/assert'
import { mounts } from '../../../../src/core/access/readers/mounts.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { type LooseSpec, smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: mounts')

const findings = (planted: Planted, spec: LooseSpec = smallSpec(), behaviour?: Behaviour) =>
  mounts(deviceWith(planted, spec, behaviour)).map(short)

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => {
    assert.equal(findings({}, smallSpec(), behaviour), [])
    assert.equal(findings({}, { ...smallSpec(), profile: 'strict' }, behaviour), [])
  })
}

const ROOT = 'PARTUUID=0fac1a1e-02 / ext4 defaults,noatime 0 1\n'
const fstab = (line: string, root = ROOT): Planted => ({ '/etc/fstab': `${root}${line}\n` })
const AT = '/etc/fstab:2'

const cases: [title: string, planted: Planted, ...expected: string[]][] = [
  ['a disk at /home', fstab('PARTUUID=0fac1a1e-03 /home ext4 defaults 0 2'), `shut key alice ACC019 ${AT}`],
  ['memory at /home', fstab('tmpfs /home tmpfs nofail 0 0'), `shut key alice ACC019 ${AT}`],
  ['a disk at /home that may be missing', fstab('UUID=1 /home ext4 nofail 0 2'), `unproved key alice ACC055 ${AT}`],
  ['a server at the home', fstab('nas:/alice /home/alice nfs defaults 0 0'), `unproved key alice ACC055 ${AT}`],
  [
    'another folder at /home',
    { ...fstab('/srv/home /home none bind 0 0'), '/srv/home/x': '' },
    `unproved key alice ACC055 ${AT}`,
  ],
  ['an empty folder at /home', fstab('/srv/home /home none bind 0 0'), `shut key alice ACC019 ${AT}`],
  ['by hand only, but for a log-in', fstab('UUID=1 /home ext4 noauto 0 2'), `unproved key alice ACC055 ${AT}`],
  ['by hand only', fstab('UUID=1 /srv/x ext4 noauto 0 2')],
  ['a folder of another', fstab('tmpfs /home/bob tmpfs defaults 0 0')],
  ['memory at /etc', fstab('tmpfs /etc tmpfs defaults 0 0'), `shut login * ACC016 ${AT}`],
  ['memory where nothing decides', fstab('tmpfs /var/log tmpfs defaults 0 0\ntmpfs /tmp tmpfs noexec 0 0')],
  ['a disk at /usr', fstab('PARTUUID=0fac1a1e-03 /usr ext4 defaults 0 2'), `unproved login * ACC055 ${AT}`],
  [
    'a unit at /home',
    {
      '/etc/systemd/system/home.mount': '[Mount]\nWhat=tmpfs\nWhere=/home\nType=tmpfs\n',
      '/etc/systemd/system/local-fs.target.wants/home.mount': { link: '../home.mount' },
    },
    'shut key alice ACC019 /etc/systemd/system/home.mount:3',
  ],
  [
    'a unit that only a log-in starts',
    { '/etc/systemd/system/home.mount': '[Mount]\nWhat=tmpfs\nWhere=/home\nType=tmpfs\n' },
    'shut key alice ACC019 /etc/systemd/system/home.mount:3',
  ],
  [
    'a unit that is not started',
    { '/etc/systemd/system/srv-x.mount': '[Mount]\nWhat=tmpfs\nWhere=/srv/x\nType=tmpfs\n' },
  ],
  [
    'noexec of the root',
    fstab('', 'PARTUUID=0fac1a1e-02 / ext4 defaults,noexec 0 1\n'),
    'shut login alice ACC016 /etc/fstab:1',
  ],
  ['a root to read', fstab('', 'PARTUUID=0fac1a1e-02 / ext4 ro 0 1\n'), 'shut ssh * ACC016 /etc/fstab:1'],
  [
    'a root to read, with host keys',
    { ...fstab('', 'PARTUUID=0fac1a1e-02 / ext4 ro 0 1\n'), '/etc/pibake/x': '', '/etc/ssh/ssh_host_ed25519_key': 'x' },
    'unproved login * ACC055 /etc/fstab:1',
  ],
  ['no line for the root', fstab('', ''), 'shut ssh * ACC016 /etc/fstab'],
  ['a blocked file system', fstab('PARTUUID=0fac1a1e-01 /srv/x hfsplus defaults 0 0'), `shut login * ACC016 ${AT}`],
  ['a blocked file system that may be missing', fstab('PARTUUID=0fac1a1e-01 /srv/x hfsplus nofail 0 0')],
  [
    'a module that somebody blocked',
    { ...fstab('PARTUUID=0fac1a1e-01 /srv/x xfs defaults 0 0'), '/etc/modprobe.d/x.conf': 'blacklist xfs\n' },
    `shut login * ACC016 ${AT}`,
  ],
  ['another disk', fstab('UUID=1 /srv/x ext4 defaults 0 0'), `unproved login * ACC055 ${AT}`],
  ['another disk that may be missing', fstab('UUID=1 /srv/x ext4 nofail 0 0')],
  [
    'the firmware of another disk',
    fstab('PARTUUID=11111111-01 /boot/firmware vfat defaults 0 2'),
    `shut login * ACC016 ${AT}`,
  ],
  ['swap', fstab('UUID=1 none swap sw 0 0')],
  [
    'an encrypted disk',
    { '/etc/crypttab': '# comment\ndata UUID=1 none luks\n' },
    'unproved login * ACC055 /etc/crypttab:2',
  ],
  ['an encrypted disk that may be missing', { '/etc/crypttab': 'data UUID=1 none luks,nofail\n' }],
]

for (const [title, planted, ...expected] of cases) test(title, () => assert.equal(findings(planted), expected))

test('USB disks that the spec blocks', () => {
  const spec = { ...smallSpec(), hardware: { usbStorage: 'block' } }
  assert.equal(findings(fstab('/dev/sda1 /srv/x ext4 defaults 0 0'), spec), [`shut login * ACC016 ${AT}`])
})
