import * as assert from 'uvu/assert'
import { sharedIdentity } from '../../../src/core/controls/shared-identity.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { contextOf } from '../../support/control.ts'
import { write } from '../../support/edit.ts'
import { everySample } from '../../support/samples.ts'
import { suite } from '../../support/suite.ts'

const test = suite('what every copy of an image would share')

const run = (planted: Readonly<Record<string, string>>) => {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  for (const [path, text] of Object.entries(planted)) write(image.root, path, text)
  const inventory = inspect(image, { allowBooted: true })
  const { operations = [], problems = [] } = sharedIdentity.compile(contextOf({}, inventory))
  applyToMemory(image, operations)
  return {
    left: Object.keys(planted).filter((path) => image.root.lstat(path) !== undefined),
    problems: problems.map(({ severity, code, message }) => `${severity} ${code} ${message.split(' ')[0]}`),
  }
}

for (const { title, options } of everySample()) {
  test(`${title}: nothing to take away, nothing to say`, () => {
    const inventory = inspect(samplePiOs(options), { allowBooted: false })
    assert.equal(sharedIdentity.compile(contextOf({}, inventory)), { operations: [], problems: [] })
  })
}

const madeAgain = [
  '/var/lib/dbus/machine-id',
  '/var/lib/systemd/credential.secret',
  '/var/lib/systemd/home/local.private',
  '/var/lib/NetworkManager/internal-0a-eth0.lease',
  '/var/lib/NetworkManager/timestamps',
  '/etc/dhcpcd.duid',
  '/var/lib/dhcpcd/duid',
  '/var/lib/dhcp/dhclient.leases',
]
for (const path of madeAgain) {
  test(`taken away, for its program makes it again: ${path}`, () => {
    assert.equal(run({ [path]: 'x' }), { left: [], problems: [] })
  })
}

const shared = [
  '/etc/ssl/private/ssl-cert-snakeoil.key',
  '/etc/iscsi/initiatorname.iscsi',
  '/etc/nvme/hostid',
  '/etc/wireguard/wg0.conf',
  '/root/.ssh/id_ed25519',
  '/home/pi/.ssh/id_rsa',
]
for (const path of shared) {
  test(`said: ${path}`, () => {
    assert.equal(run({ [path]: 'x' }), { left: [path], problems: [`warning IMG001 ${path}`] })
  })
}

test('what is no identity stays, and is not spoken of', () => {
  const planted = { '/root/.ssh/id_ed25519.pub': 'x', '/etc/nvme/hostid': '', '/var/lib/dhcp/README': 'x' }
  assert.equal(run(planted), { left: Object.keys(planted), problems: [] })
})

test('a system that has been started keeps its own', () => {
  const planted = { '/var/lib/systemd/random-seed': 'x', '/var/lib/systemd/credential.secret': 'x' }
  assert.equal(run(planted), { left: Object.keys(planted), problems: [] })
})
