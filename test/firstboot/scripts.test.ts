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

/** A device with one script in a folder, under limits. */
function limited(folder: string, text: string, limits: string): Device {
  const step = folder.replace('etc/pibake/first-boot/', '')
  const device = finished().redo(step as 'scripts')
  device.write(`${folder}/01-a.sh`, text).ask('script-limits', limits)
  chmodSync(device.path(`${folder}/01-a.sh`), 0o700)
  return device
}
const NOTE = 'echo tried >>"$PIBAKE_PREFIX/ran"\n'
const place = (when: string) => `etc/pibake/first-boot/scripts${when === 'last' ? '' : `-${when}`}`

for (const [when, half] of [
  ['before-network', 'local'],
  ['network', 'network'],
  ['last', 'network'],
] as const) {
  test(`${when}: tried again as often as the spec says, then left, with those after it run`, () =>
    on(
      limited(place(when), `#!/bin/sh\n${NOTE}exit 1\n`, `01-a.sh ${when} 5 1\n02-b.sh ${when} 5 -\n`),
      async (device) => {
        device.write(`${place(when)}/02-b.sh`, '#!/bin/sh\necho second >>"$PIBAKE_PREFIX/ran"\n')
        chmodSync(device.path(`${place(when)}/02-b.sh`), 0o700)
        const step = when === 'last' ? 'scripts' : `scripts-${when}`
        assert.match((await device.call(['run', half])).stdout, `${step}: degraded (script-failed)`)
        assert.equal(ran(device), ['tried'])
        device.boot()
        assert.match((await device.call(['run', half])).stdout, `${step}: degraded (script-gave-up)`)
        assert.equal(ran(device), ['tried', 'tried', 'second'])
        device.boot()
        await device.call(['run', half])
        assert.equal(ran(device), ['tried', 'tried', 'second'], 'a third try')
        const { stdout } = await device.call(['status'])
        assert.match(stdout, `script 01-a.sh (${when}): gave-up, 2 of 2 tries, 5 s each`)
        assert.match(stdout, `script 02-b.sh (${when}): done, until it succeeds, 5 s each`)
        const { scripts } = JSON.parse((await device.call(['status', '--json'])).stdout)
        assert.equal(scripts[0], { name: '01-a.sh', when, state: 'gave-up', tries: 2, retries: 1, timeoutS: 5 })
        device.boot()
        await device.call(['run', '--repair', half])
        assert.is(ran(device).length, 4, 'a repair begins anew')
      },
    ))
}

test('a try that power cuts off is counted: it is on the card before the script begins', () =>
  on(limited(place('last'), `#!/bin/sh\n${NOTE}kill -9 $PPID\n`, '01-a.sh last 5 1\n'), async (device) => {
    await device.call(['run', 'network'], { env: { PIBAKE_FAULT: 'put.01-a.sh.tries:cut' } })
    assert.equal(ran(device), [])
    device.boot()
    for (let start = 0; start < 4; start += 1) {
      await device.call(['run', 'network'], { fault: { kind: 'kill', at: 'never' } })
      device.boot()
    }
    assert.equal(ran(device), ['tried', 'tried'])
  }))

test('other bytes under the same name are another script', () =>
  on(limited(place('last'), '#!/bin/sh\nexit 1\n', '01-a.sh last 5 0\n'), async (device) => {
    assert.match((await device.call(['run', 'network'])).stdout, 'scripts: degraded (script-gave-up)')
    device.write(`${place('last')}/01-a.sh`, `#!/bin/sh\n${NOTE}`).boot()
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.equal(ran(device), ['tried'])
  }))

test('its time is its own, and a run that takes longer is a try', () =>
  on(limited(place('last'), `#!/bin/sh\n${NOTE}while :; do :; done\n`, '01-a.sh last 1 1\n'), async (device) => {
    assert.match((await device.call(['run', 'network'])).stdout, 'scripts: degraded (script-timeout)')
    assert.match((await device.call(['status'])).stdout, '01-a.sh (last): waiting, 1 of 2 tries, 1 s each')
  }))

test('a script for the network waits for one, and for a packet filter', () =>
  on(limited(place('network'), `#!/bin/sh\n${NOTE}`, '01-a.sh network 5 3\n'), async (device) => {
    const route = device.read('proc/net/route')
    device.write('proc/net/route', 'Iface\tDestination\n')
    assert.match((await device.call(['run', 'network'])).stdout, 'scripts-network: degraded (offline)')
    device.write('proc/net/route', route)
    device.boot()
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.equal(ran(device), ['tried'])
  }))

test('without limits of its own nothing is counted, and status names no script', () =>
  on(withScripts('01-a.sh'), async (device) => {
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.equal(readdirSync(device.path('var/lib/pibake/scripts')), ['01-a.sh'])
    assert.not.match((await device.call(['status', '--json'])).stdout, /"scripts":/)
    assert.not.match((await device.call(['status'])).stdout, /^script /m)
  }))
