import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, started } from './support/device.ts'

const test = suite('first boot: units that packages bring')

const finished = started(test, () =>
  new Device()
    .ask('firewall', 'ufw\n')
    .write('nft-tables', 'table inet pibake_interim\n')
    .write('ufw-active', '')
    .write('etc/ufw/ufw.conf', 'ENABLED=yes\n'),
)

async function asking(units: string, use: (device: Device) => Promise<void>): Promise<void> {
  const device = finished().redo('units').ask('units', units)
  try {
    await use(device)
  } finally {
    device.remove()
  }
}

test('enabled and started once they are there, and only once', () =>
  asking('mosquitto.service\nwg-quick@wg0.service\n', async (device) => {
    device.write('unit-files', 'mosquitto.service\nwg-quick@wg0.service\n')
    const run = await device.call(['run', 'network'])
    assert.is(run.status, 0)
    assert.match(run.stdout, 'units: ok (done now)')
    const calls = device.read('run/systemctl-calls').split('\n')
    for (const unit of ['mosquitto.service', 'wg-quick@wg0.service']) {
      assert.ok(calls.includes(`enable ${unit}`), unit)
      assert.ok(calls.includes(`start --no-block ${unit}`), unit)
    }
    const before = device.snapshot()
    device.boot()
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.is(device.snapshot(), before)
  }))

test('one that no package has brought is said, keeps no other away, and is tried again', () =>
  asking('not-there.service\nmosquitto.service\n', async (device) => {
    device.write('unit-files', 'mosquitto.service\n')
    const run = await device.call(['run', 'network'])
    assert.is(run.status, 2)
    assert.match(run.stdout, 'units: degraded (unit-missing)')
    assert.match(device.read('enabled-units'), 'mosquitto.service')
    device.write('unit-files', 'mosquitto.service\nnot-there.service\n')
    assert.is((await device.call(['run', 'network'])).status, 0)
  }))

test('nothing is started where no packet filter is in force', () =>
  asking('mosquitto.service\n', async (device) => {
    device.write('unit-files', 'mosquitto.service\n').write('nft-tables', '').forget('ufw-active')
    device.lose('nft')
    const run = await device.call(['run', 'network'])
    assert.match(run.stdout, 'units: degraded (firewall-not-loaded)')
    assert.not.ok(device.has('enabled-units'))
  }))

test('disabled later by hand: status says so', () =>
  asking('mosquitto.service\n', async (device) => {
    device.write('unit-files', 'mosquitto.service\n')
    assert.is((await device.call(['run', 'network'])).status, 0)
    device.forget('enabled-units')
    const status = await device.call(['status'])
    assert.is(status.status, 2)
    assert.match(status.stderr, 'pibake: units: no longer as it was set up')
  }))
