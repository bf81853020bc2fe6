import * as assert from 'uvu/assert'
import { mounts } from '../../../src/core/controls/mounts.ts'
import { readFstab } from '../../../src/device/formats/fstab.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { problemsOf, runControl, secondRunDiffers } from '../../support/control.ts'
import { append } from '../../support/error-page.ts'
import { outcomeOf, planOf } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { parse, smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('mounts')

const FILES = { 'nas.cred': 'username=kit\npassword=hunter2\n', 'wifi.psk': 'long enough\n' }
const withMounts = (list: readonly object[]) => sound({ ...smallSpec(), mounts: list }, FILES).spec
const all = [
  { what: 'LABEL=My Disk', where: '/srv/my disk', type: 'ext4', options: ['noatime'] },
  { what: 'tmpfs', where: '/var/log', type: 'tmpfs', options: ['size=32M'] },
  { what: '//nas/music', where: '/srv/music', type: 'cifs', credentialsFile: 'nas.cred', options: ['vers=3.0'] },
  { what: 'nas.example.org:/export/films', where: '/srv/films', type: 'nfs', options: ['ro'] },
]

for (const { title, options } of everySample()) {
  test(`${title}: lines in a block of fstab, their folders, credentials for root alone; all gone with the key`, () => {
    const image = samplePiOs(options)
    const before = new TextDecoder().decode(image.root.read('/etc/fstab'))
    const spec = withMounts(all)
    const first = runControl(mounts, spec, image)
    assert.equal(problemsOf(first), [])
    const text = new TextDecoder().decode(first.target.root.read('/etc/fstab'))
    assert.is(
      text,
      `${before}# pibake: begin
LABEL=My\\040Disk /srv/my\\040disk ext4 nofail,nosuid,nodev,noatime 0 2
tmpfs /var/log tmpfs nofail,nosuid,nodev,mode=0755,size=32M 0 0
//nas/music /srv/music cifs nofail,nosuid,nodev,_netdev,credentials=/etc/pibake/mounts/3,vers=3.0 0 0
nas.example.org:/export/films /srv/films nfs nofail,nosuid,nodev,_netdev,ro 0 0
# pibake: end
`,
    )
    assert.is(readFstab(first.target.root).find(({ directory }) => directory === '/srv/my disk')?.type, 'ext4')
    const secret = first.target.root.lstat('/etc/pibake/mounts/3')
    assert.is(secret?.kind === 'file' && secret.mode, 0o600)
    assert.is(first.target.root.lstat('/srv/my disk')?.kind, 'directory')
    assert.equal(
      first.contribution.packages?.map(({ name }) => name),
      ['cifs-utils', 'nfs-common'],
    )
    assert.equal(secondRunDiffers(mounts, spec, first), [])
    const { root } = runControl(mounts, withMounts([]), first.target).target
    assert.is(new TextDecoder().decode(root.read('/etc/fstab')), before)
    assert.is(root.lstat('/etc/pibake/mounts/3'), undefined)
  })
}

test('without the key fstab is not touched', () => {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  assert.equal(runControl(mounts, withMounts([]), image).contribution.operations, [])
})

test('folders without programs: what the image mounts there itself stays what it is, and gets the options', () => {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const before = new TextDecoder().decode(image.root.read('/etc/fstab'))
  const own = 'tmpfs /dev/shm tmpfs nosuid,nodev,noexec 0 0\nLABEL=t /tmp ext4 noatime,suid,user 0 2\n'
  append(image.root, '/etc/fstab', own)
  const { spec } = sound({
    ...smallSpec(),
    hardening: { mountOptions: { tmp: 'noexec', shm: 'noexec', varTmp: 'noexec' } },
  })
  const first = runControl(mounts, spec, image)
  assert.equal(problemsOf(first), [])
  const [shm, tmp] = own.split('\n')
  assert.is(
    new TextDecoder().decode(first.target.root.read('/etc/fstab')),
    `${before}${shm}
#pibake: ${tmp}
# pibake: begin
LABEL=t /tmp ext4 noatime,nodev,nosuid,noexec 0 2
/var/tmp /var/tmp none bind,nodev,nosuid,noexec 0 0
# pibake: end
`,
  )
  assert.equal(secondRunDiffers(mounts, spec, first), [])
})

test('a password is in no text of the plan', () => {
  const result = sound({ ...smallSpec(), mounts: all }, FILES)
  assert.not.match(JSON.stringify(result.spec.mounts), /hunter2/)
})

const codes = (mount: object, more: object = {}) =>
  parse({ ...smallSpec(), ...more, mounts: [mount] }, FILES)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code)
const disk = { what: '/dev/sda1', where: '/srv/disk', type: 'ext4' }

test('nothing is mounted over the system, what decides who gets in, or what the spec puts there', () => {
  for (const where of [
    '/etc',
    '/etc/ssh',
    '/usr',
    '/usr/local/share',
    '/boot/firmware',
    '/root',
    '/home',
    '/var',
    '/var/lib',
    '/srv',
    '/run/x',
    '/home/alice/.ssh',
    '/var/lib/pibake/x',
    '/tmp',
    '/bin',
    '/lib/modules',
    '/dev/shm',
  ]) {
    assert.equal(codes({ ...disk, where }), ['MNT002'], where)
  }
  const files = [{ path: '/srv/disk/a', content: 'x' }]
  assert.equal(codes(disk, { files }), ['MNT002'])
  for (const where of ['/srv/disk', '/home/alice/films', '/media/usb', '/mnt/x', '/var/lib/docker', '/opt/data']) {
    assert.equal(codes({ ...disk, where }), [], where)
  }
  assert.equal(codes({ what: 'tmpfs', where: '/tmp', type: 'tmpfs' }), [])
})

test('a home of somebody of the device is a lock-out, also where the prover alone would have to see it', () => {
  const outcome = (where: string) => outcomeOf({ ...smallSpec(), mounts: [{ ...disk, where }] })
  const refused = outcome('/home/alice')
  assert.is(refused.exit, 5)
  assert.ok(refused.codes.includes('MNT002'))
  assert.equal(outcome('/srv/disk').codes, [])
  // Without the check of the control the finished device is judged all the same.
  const tamper = (root: ReturnType<typeof samplePiOs>['root']) => {
    const fstab = `${new TextDecoder().decode(root.read('/etc/fstab'))}/dev/sda1 /home/alice ext4 nofail,nosuid,nodev 0 2\n`
    root.nodes.set('/etc/fstab', {
      kind: 'file',
      content: new TextEncoder().encode(fstab),
      mode: 0o644,
      uid: 0,
      gid: 0,
    })
  }
  const proved = outcomeOf(smallSpec(), { tamper })
  assert.is(proved.exit, 5)
  assert.ok(proved.codes.some((code) => code.startsWith('ACC')))
})

test('two mounts of one place, and one that the image has, are refused', () => {
  const twice = parse({ ...smallSpec(), mounts: [disk, { ...disk, what: '/dev/sdb1' }] }, FILES).problems
  assert.equal(
    twice.map(({ code }) => code),
    ['MNT003'],
  )
  const tamper = (root: ReturnType<typeof samplePiOs>['root']) => {
    const content = new TextEncoder().encode('/dev/sdb1 /srv/disk ext4 nofail 0 2\n')
    root.nodes.set('/etc/fstab', { kind: 'file', content, mode: 0o644, uid: 0, gid: 0 })
  }
  assert.ok(outcomeOf({ ...smallSpec(), mounts: [disk] }, { tamper }).codes.includes('MNT003'))
})

test('what and type belong together, and passwords to a file', () => {
  assert.equal(codes({ ...disk, type: 'tmpfs' }), ['MNT001'])
  assert.equal(codes({ ...disk, type: 'nfs' }), ['MNT001'])
  assert.equal(codes({ ...disk, what: 'tmpfs' }), ['MNT001'])
  assert.equal(codes({ ...disk, what: 'sda1' }), ['MNT001'])
  assert.equal(codes({ ...disk, where: 'srv' }), ['MNT001'])
  for (const option of ['suid', 'dev', 'bind', 'a,b', 'a b', 'x-systemd.required-by=ssh.service']) {
    assert.equal(codes({ ...disk, options: [option] }), ['MNT001'], option)
  }
  const share = { what: '//nas/a', where: '/srv/a', type: 'cifs' }
  assert.equal(codes(share), ['MNT004'])
  assert.equal(codes({ ...share, options: ['guest'] }), [])
  assert.equal(codes({ ...share, options: ['password=hunter2', 'guest'] }), ['MNT004'])
  assert.equal(codes({ ...share, credentialsFile: 'nas.cred' }), [])
  assert.equal(codes({ ...share, credentialsFile: 'wifi.psk' }), ['MNT004'])
  assert.equal(codes({ ...disk, credentialsFile: 'nas.cred' }), ['MNT004'])
  assert.equal(codes(disk, { hardware: { usbStorage: 'block' } }), ['MNT005'])
})

test('a module that a mount needs is not blocked', () => {
  const spec = { ...smallSpec(), hardening: { blockedModules: ['exfat', 'udf'] } }
  assert.ok(outcomeOf({ ...spec, mounts: [{ ...disk, type: 'exfat' }] }).codes.includes('SVC016'))
  assert.ok(planOf(spec).operations.length > 0)
})
