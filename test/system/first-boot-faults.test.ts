import * as assert from 'uvu/assert'
import { type Fault, keyIsWhole } from '../firstboot/support/device.ts'
import { suite } from '../support/suite.ts'
import { local } from './support/anomalies.ts'

const test = suite('first boot: faults')

test('a key generator that hangs or fails ends as failed, and the device goes on', async () => {
  for (const [kind, reason] of [
    ['hang', 'host-key-not-made'],
    ['fail', 'host-key-not-made'],
  ] as const) {
    const device = local()
    try {
      const run = await device.call(['run', 'local'], { fault: { kind, at: 'ssh-keygen' } })
      assert.is(run.status, 1)
      assert.match(run.stdout, `pibake: host-keys: failed (${reason})\npibake: machine-id: ok (done now)\n`)
      assert.is((await device.call(['status'])).status, 1)
    } finally {
      device.remove()
    }
  }
})

test('after five failed starts it stops trying, writes nothing more, and says so', async () => {
  const device = local()
  const fault: Fault = { kind: 'fail', at: 'ssh-keygen' }
  try {
    for (let start = 1; start <= 5; start += 1) {
      assert.match((await device.call(['run', 'local'], { fault })).stdout, /host-keys: failed/)
      device.boot()
    }
    const before = device.snapshot()
    const sixth = await device.call(['run', 'local'], { fault })
    assert.is(sixth.stdout, "pibake: local: gave up after 5 starts; 'pibake-firstboot run --repair' tries again\n")
    assert.is(sixth.status, 1)
    assert.is(device.snapshot(), before)
    assert.is(JSON.parse((await device.call(['status', '--json'])).stdout).gaveUp, true)
    assert.is((await device.call(['run', '--repair', 'local'])).status, 0)
    assert.ok(keyIsWhole(device))
  } finally {
    device.remove()
  }
})

test('PIBAKE_FAULT cuts and fails at named places', async () => {
  const device = local()
  try {
    const cut = await device.call(['run', 'local'], { env: { PIBAKE_FAULT: 'host-keys.public:cut' } })
    assert.is(device.read('proc/sysrq-trigger'), 'b\n')
    assert.match(cut.stdout, 'host-keys: failed (timeout)\n', 'a step that was killed')
    assert.ok(device.has('etc/ssh/ssh_host_ed25519_key.pub'))
    assert.not(device.has('etc/ssh/ssh_host_ed25519_key'))
    const fail = await device.call(['run', 'local'], { env: { PIBAKE_FAULT: 'host-keys.generated:fail' } })
    assert.match(fail.stdout, /host-keys: failed \(fault-injected\)/)
    assert.is((await device.call(['run', 'local'])).status, 0)
    assert.ok(keyIsWhole(device))
  } finally {
    device.remove()
  }
})
