import * as assert from 'uvu/assert'
import { TargetError } from '../../../src/base/errors.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { behaviours } from '../../../src/sample/behaviours.ts'
import { debianBase } from '../../../src/sample/debian.ts'
import { directory, lay } from '../../../src/sample/layout.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import type { Target } from '../../../src/storage/tree/tree.ts'
import { remove, textOf, write } from '../../support/edit.ts'
import { everySample } from '../../support/samples.ts'
import { suite } from '../../support/suite.ts'

const test = suite('inspect')

const sample = () => samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })

function refusal(target: Target, allowBooted = false): string {
  try {
    inspect(target, { allowBooted })
  } catch (error) {
    if (error instanceof TargetError) return error.message
    throw error
  }
  throw new Error('the target was accepted')
}

for (const { title, options } of everySample()) {
  test(`${title} is recognised`, () => {
    const inventory = inspect(samplePiOs(options), { allowBooted: false })
    const facts = behaviours[options.behaviour]
    const gen = options.builder === 'rpi-image-gen'
    assert.is(inventory.release, facts.release)
    assert.is(inventory.behaviour, options.behaviour)
    assert.is(inventory.variant, options.variant)
    assert.is(inventory.architecture, options.architecture)
    assert.is(inventory.builder, options.builder ?? 'pi-gen')
    assert.is(inventory.date, gen ? undefined : facts.date)
    assert.is(inventory.stockUser, 'pi')
    assert.equal(inventory.bootedSigns, [])
    assert.match(inventory.packages.get('openssh-server') ?? '', facts.release === 'bookworm' ? /^1:9\.2/ : /^1:10\.0/)
  })
}

test('an image without a date is told by its content', () => {
  for (const behaviour of ['trixie-2025-10', 'trixie-2025-11', 'trixie-2026'] as const) {
    const target = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
    remove(target.root, '/etc/rpi-issue')
    assert.is(inspect(target, { allowBooted: false }).behaviour, behaviour)
  }
})

test('the variant of a stage of unknown name is told by its packages', () => {
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'desktop', architecture: 'arm64' })
  write(target.root, '/etc/rpi-issue', textOf(target.root, '/etc/rpi-issue').replace('stage4', 'stage-kiosk'))
  assert.is(inspect(target, { allowBooted: false }).variant, 'desktop')
})

test('the architecture is that of the packages, not of the host', () => {
  const { root, boot } = sample()
  write(root, '/var/lib/dpkg/status', textOf(root, '/var/lib/dpkg/status').replaceAll('arm64', 'amd64'))
  assert.match(refusal({ root, boot }), /built for amd64/)
})

test('Debian itself, Ubuntu, Bullseye, DietPi and Armbian are refused by name', () => {
  const { root: debian } = sample()
  remove(debian, '/etc/rpi-issue')
  lay(debian, { '/var/lib/dpkg/status': debianBase('trixie', 'arm64')['/var/lib/dpkg/status'] ?? null })
  assert.match(refusal({ root: debian, boot: undefined }), /is Debian GNU\/Linux 13 \(trixie\), not Raspberry Pi OS/)

  const ubuntu = sample()
  write(ubuntu.root, '/usr/lib/os-release', 'ID=ubuntu\nPRETTY_NAME="Ubuntu 24.04.3 LTS"\nVERSION_CODENAME=noble\n')
  assert.match(refusal(ubuntu), /is Ubuntu 24\.04\.3 LTS, not/)

  const bullseye = sample()
  write(bullseye.root, '/usr/lib/os-release', 'ID=debian\nPRETTY_NAME="Debian 11"\nVERSION_CODENAME=bullseye\n')
  assert.match(refusal(bullseye), /on Debian 11, which pibake does not know/)

  const dietpi = sample()
  lay(dietpi.root, { '/boot/dietpi': directory() })
  assert.match(refusal(dietpi), /is DietPi, not/)

  const armbian = sample()
  write(armbian.root, '/etc/armbian-release', 'BOARD=rpi4b\n')
  assert.match(refusal(armbian), /is Armbian, not/)
})

test('every wrong boot directory is refused for what it is', () => {
  const { root, boot } = sample()
  assert.match(refusal({ root, boot: new MemoryTree('/mnt/root/boot/firmware') }), /firmware is empty/)
  assert.match(refusal({ root, boot: root }), /is a root file system/)
  assert.match(refusal({ root: boot, boot: root }), /swapped|is a boot partition, not a root/)
  assert.match(refusal({ root: new MemoryTree('empty'), boot }), /empty is not a root file system/)

  const decoys = new MemoryTree('/mnt/root/boot')
  write(decoys, '/cmdline.txt', textOf(root, '/boot/cmdline.txt'))
  write(decoys, '/config.txt', textOf(root, '/boot/config.txt'))
  assert.match(refusal({ root, boot: decoys }), /names no root=/)

  const signed = sample()
  write(signed.boot, '/boot.img', '')
  assert.match(refusal(signed), /signed boot/)

  const half = sample()
  remove(half.boot, '/config.txt')
  assert.match(refusal(half), /lacks cmdline\.txt or config\.txt/)
})

test('a boot partition mounted at /boot is refused, one at /boot/firmware is not', () => {
  const { root, boot } = sample()
  write(root, '/etc/fstab', 'PARTUUID=1-01 /boot vfat defaults 0 2\n')
  assert.match(refusal({ root, boot }), /at \/boot, not at \/boot\/firmware/)
  write(root, '/etc/fstab', '# x /boot vfat\nPARTUUID=1-01 /boot/firmware vfat defaults 0 2\n')
  assert.is(inspect({ root, boot }, { allowBooted: false }).release, 'trixie')
})

test('a package is installed whatever is wanted of it', () => {
  const versions = (status: string) => {
    const { root, boot } = sample()
    const text = textOf(root, '/var/lib/dpkg/status')
    write(root, '/var/lib/dpkg/status', text.replace(/(Package: sudo\nStatus: )install ok installed/, `$1${status}`))
    return inspect({ root, boot }, { allowBooted: false }).packages.has('sudo')
  }
  for (const status of ['hold ok installed', 'purge ok installed', 'deinstall ok installed'])
    assert.ok(versions(status))
  for (const status of ['deinstall ok config-files', 'install ok unpacked', 'install ok half-configured']) {
    assert.not(versions(status))
  }
})

test('the root alone is enough', () => {
  const { root } = sample()
  assert.is(inspect({ root, boot: undefined }, { allowBooted: false }).boot, undefined)
})

const SIGNS: Record<string, string> = {
  '/etc/ssh/ssh_host_ed25519_key': 'key',
  '/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  '/var/lib/systemd/random-seed': 'x',
  '/var/log/journal/0123456789abcdef0123456789abcdef/system.journal': 'x',
  '/var/log/wtmp': 'x',
  '/var/lib/cloud/instances/nocloud/user-data.txt': 'x',
  '/var/lib/NetworkManager/secret_key': 'x',
  '/var/lib/tailscale/tailscaled.state': '{}',
  '/etc/salt/pki/minion/minion.pem': 'x',
  '/var/lib/snapd/device/private-keys-v1/x': 'x',
  '/var/lib/docker/engine-id': 'x',
  '/var/lib/amazon/ssm/registration': 'x',
  '/var/lib/pibake/status.json': '{"state": "degraded"}',
}
for (const [path, text] of Object.entries(SIGNS)) {
  test(`a started system is refused unless allowed: ${path}`, () => {
    const { root, boot } = sample()
    write(root, path, text)
    assert.match(refusal({ root, boot }), /has been started before/)
    assert.is(inspect({ root, boot }, { allowBooted: true }).bootedSigns.length, 1)
  })
}

test('what pibake itself leaves is no sign of a start', () => {
  const { root, boot } = sample()
  write(root, '/etc/pibake/plan.json', '{}')
  write(root, '/etc/ssh/ssh_host_ed25519_key', 'baked')
  write(root, '/var/lib/pibake/status.json', '{"state": "pending"}')
  assert.equal(inspect({ root, boot }, { allowBooted: false }).bootedSigns, [])
})

test('after pibake has removed pi, the owner with uid 1000 is not taken for the stock user', () => {
  const { root, boot } = sample()
  for (const path of ['/etc/passwd', '/etc/shadow']) write(root, path, textOf(root, path).replace(/^pi:/m, 'alice:'))
  assert.is(inspect({ root, boot }, { allowBooted: false }).stockUser, 'alice')
  write(root, '/etc/pibake/plan.json', '{}')
  assert.is(inspect({ root, boot }, { allowBooted: false }).stockUser, undefined)
})

const DAMAGE: [string, string, (text: string) => string, RegExp][] = [
  ['a user without a shadow entry', '/etc/shadow', (t) => t.replace(/^pi:.*\n/m, ''), /pi is in \/etc\/passwd and not/],
  ['a second uid 0', '/etc/passwd', (t) => t.replace('pi:x:1000', 'pi:x:0'), /pi has uid 0 besides root/],
  ['a name twice', '/etc/passwd', (t) => `${t}pi:x:1001:1001::/home/x:/bin/sh\n`, /has pi twice/],
  ['a short line', '/etc/passwd', (t) => `${t}bob:x:1001\n`, /line \d+ has 3 fields instead of 7/],
  ['a group twice', '/etc/group', (t) => `${t}sudo:x:27:\n`, /has sudo twice/],
  ['no number', '/etc/passwd', (t) => t.replace('pi:x:1000', 'pi:x:lots'), /pi has no numeric uid/],
  [
    'a control character',
    '/etc/group',
    (t) => t.replace('sudo:x', 'sudo:x\0'),
    /group line \d+ holds a control character/,
  ],
  [
    'a line end of Windows',
    '/etc/passwd',
    (t) => t.replace('/bin/bash\n', '/bin/bash\r\n'),
    /holds a control character/,
  ],
  ['a password that is no ASCII', '/etc/shadow', (t) => t.replace('pi:', 'pi:ß'), /shadow line \d+ is not ASCII/],
  ['no root', '/etc/passwd', (t) => t.replace(/^root:.*\n/m, ''), /root is not in/],
]
for (const [title, path, damage, message] of DAMAGE) {
  test(`damaged account files are refused: ${title}`, () => {
    const { root, boot } = sample()
    write(root, path, damage(textOf(root, path)))
    assert.match(refusal({ root, boot }), message)
  })
}

test('all faults of the account files are told at once', () => {
  const { root, boot } = sample()
  remove(root, '/etc/shadow')
  write(root, '/etc/passwd', textOf(root, '/etc/passwd').replace('pi:x:1000', 'pi:x:0'))
  const message = refusal({ root, boot })
  assert.match(message, /shadow is missing/)
  assert.match(message, /pi has uid 0/)
})

test('of thousands of faults some are told, and how many there are', () => {
  const { root, boot } = sample()
  write(root, '/etc/group', 'x\n'.repeat(10_000))
  const message = refusal({ root, boot })
  assert.match(message, /and \d+ more/)
  assert.ok(message.length < 10_000)
})

test('comments and NIS lines are no damage', () => {
  const { root, boot } = sample()
  write(root, '/etc/passwd', `# local\n${textOf(root, '/etc/passwd')}+::::::\n`)
  const { accounts } = inspect({ root, boot }, { allowBooted: false })
  assert.is(accounts.passwd.filter(({ uid }) => uid === 0).length, 1)
})
