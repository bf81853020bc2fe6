import { chmodSync, readdirSync, statSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, started } from './support/device.ts'

const test = suite('first boot: scripts')

const folder = 'etc/pibake/first-boot/scripts'

/** One whose first start is over. */
const finished = started(test, () => new Device(), ['run', 'network'])

/** A device that has nothing left to do but these scripts; each notes that it ran. */
function withScripts(...names: readonly string[]): Device {
  const device = finished().redo('scripts')
  for (const name of names) lay(device, name, `#!/bin/sh\n# token 8e1f\necho ${name} >>"$PIBAKE_PREFIX/ran"\n`)
  return device
}

function lay(device: Device, name: string, text: string): void {
  device.write(`${folder}/${name}`, text)
  chmodSync(device.path(`${folder}/${name}`), 0o700)
}

const left = (device: Device) => readdirSync(device.path(folder)).sort()
const ran = (device: Device) => (device.has('ran') ? device.read('ran').trim().split('\n') : [])

async function on(device: Device, use: (device: Device) => Promise<void>): Promise<void> {
  try {
    await use(device)
  } finally {
    device.remove()
  }
}

test('run in order, then overwritten and taken away', () =>
  on(withScripts('01-b.sh', '02-a.sh'), async (device) => {
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.equal(ran(device), ['01-b.sh', '02-a.sh'])
    assert.equal(left(device), [])
    const wiped = device.read('run/shred-calls').trim().split('\n')
    assert.equal(
      wiped.map((line) => line.split('/').at(-1)),
      ['.01-b.sh.doomed', '.02-a.sh.doomed'],
    )
  }))

test('its digest, by which a guess of its secret could be judged, is for root alone', () =>
  on(withScripts('01-a.sh'), async (device) => {
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.is(statSync(device.path('var/lib/pibake/scripts/01-a.sh')).mode & 0o777, 0o600)
  }))

test('one that fails stays, with those after it; those before it are not run again', () =>
  on(withScripts('01-a.sh', '03-c.sh'), async (device) => {
    lay(device, '02-b.sh', '#!/bin/sh\n[ -e "$PIBAKE_PREFIX/may" ]\n')
    const run = await device.call(['run', 'network'])
    assert.match(run.stdout, 'scripts: degraded (script-failed)')
    assert.equal(left(device), ['02-b.sh', '03-c.sh'])
    device.write('may', '')
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.equal(ran(device), ['01-a.sh', '03-c.sh'])
    assert.equal(left(device), [])
  }))

for (const [fault, runs] of [
  ['scripts.ran', 2],
  ['put.01-a.sh', 2],
  ['wipe.01-a.sh', 1],
] as const) {
  test(`power cut at ${fault}: run ${runs === 1 ? 'once' : 'again'}, and nothing of it is left`, () =>
    on(withScripts('01-a.sh'), async (device) => {
      await device.call(['run', 'network'], { env: { PIBAKE_FAULT: `${fault}:cut` } })
      assert.is(left(device).length, 1)
      device.boot()
      assert.is((await device.call(['run', 'network'])).status, 0)
      assert.is(ran(device).length, runs)
      assert.equal(left(device), [])
    }))
}

test('the same script in a new plan is not run again, and is taken away again', () =>
  on(withScripts('01-a.sh'), async (device) => {
    const text = device.read(`${folder}/01-a.sh`)
    await device.call(['run', 'network'])
    lay(device, '01-a.sh', text)
    device.write('etc/pibake/plan', `sha256:${'cd'.repeat(32)}\n`)
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.is(ran(device).length, 1)
    assert.equal(left(device), [])
  }))

test('without shred it stays and says so: nothing is called gone that is only unlinked', () =>
  on(withScripts('01-a.sh'), async (device) => {
    device.lose('shred')
    assert.match((await device.call(['run', 'network'])).stdout, 'scripts: degraded (script-not-wiped)')
    assert.equal(left(device), ['.01-a.sh.doomed'])
  }))

test('uninstall takes away what has not been used, a host key too', () =>
  on(withScripts('01-a.sh'), async (device) => {
    device.ask('host-keys.d/ssh_host_ed25519_key', 'secret\n')
    assert.is((await device.call(['uninstall'])).status, 0)
    assert.is(device.read('run/shred-calls').trim().split('\n').length, 2)
    assert.not(device.has('etc/pibake'))
  }))
