import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device } from './support/device.ts'

const test = suite('first boot: LED')

const leds = 'sys/class/leds'
const triggers = 'none rc-feedback kbd-scrolllock [mmc0] timer heartbeat default-on\n'

/** A board whose LED of this name blinks at every access to the card. */
function board(name = 'ACT', trigger = triggers): Device {
  const device = new Device().askEverything()
  return device
    .write(`${leds}/${name}/trigger`, trigger)
    .write(`${leds}/${name}/brightness`, '0\n')
    .write(`${leds}/${name}/max_brightness`, '255\n')
}

/** What was last written to each of the LED's files. */
function shows(device: Device, name = 'ACT'): string {
  const value = (file: string) => device.read(`${leds}/${name}/${file}`).trim()
  return value('trigger') === 'timer' ? `${value('delay_on')}/${value('delay_off')}` : value('trigger')
}

async function on(device: Device, use: (device: Device) => Promise<void>): Promise<void> {
  try {
    await use(device)
  } finally {
    device.remove()
  }
}

test('even blinking while there is work, steady light at the end, then what it was', () =>
  on(board(), async (device) => {
    assert.is((await device.call(['run', 'local'])).status, 0)
    assert.is(shows(device), '500/500')
    assert.is((await device.call(['run', 'network'])).status, 0)
    assert.is(device.read('run/led-while-sleeping'), 'none 255\n')
    assert.is(shows(device), 'mmc0')
    assert.not(device.has('run/pibake/led'))
  }))

test('a later start leaves it alone', () =>
  on(board(), async (device) => {
    await device.call(['run'])
    device.boot()
    device.write(`${leds}/ACT/trigger`, triggers)
    assert.is((await device.call(['run'])).status, 0)
    assert.is(device.read(`${leds}/ACT/trigger`), triggers)
  }))

test('degraded: a short flash, until a later run is ok', () =>
  on(board(), async (device) => {
    await device.call(['run'], { env: { APT_MOOD: 'locked' } })
    assert.is(shows(device), '100/1900')
    assert.is((await device.call(['run'])).status, 0)
    assert.is(shows(device), 'mmc0')
  }))

test('failed: flicker, also at a start that no longer tries, until run --repair', () =>
  on(board(), async (device) => {
    for (let start = 1; start <= 6; start += 1) {
      device.boot()
      device.write(`${leds}/ACT/trigger`, triggers)
      assert.is((await device.call(['run', 'local'], { fault: { kind: 'fail', at: 'ssh-keygen' } })).status, 1)
      assert.is(shows(device), '100/100')
    }
    assert.is((await device.call(['run', '--repair'])).status, 0)
    assert.is(shows(device), 'mmc0')
  }))

test('without a plan: flicker', () =>
  on(board().write('etc/pibake/plan', ''), async (device) => {
    await device.call(['run'])
    assert.is(shows(device), '100/100')
  }))

test('an LED without a trigger gets back its brightness', () =>
  on(board('PWR', '[none] timer\n').write(`${leds}/PWR/brightness`, '7\n'), async (device) => {
    assert.is((await device.call(['run'])).status, 0)
    assert.is(shows(device, 'PWR'), 'none')
    assert.is(device.read(`${leds}/PWR/brightness`), '7\n')
  }))

test('the one for activity is taken before the one for power, by its older name too', () =>
  on(board('led0').write(`${leds}/PWR/trigger`, 'none [default-on]\n'), async (device) => {
    await device.call(['run', 'local'])
    assert.is(shows(device, 'led0'), '500/500')
    assert.is(device.read(`${leds}/PWR/trigger`), 'none [default-on]\n')
  }))

test('one that refuses is no failure, and nothing is said of it', () =>
  on(new Device().askEverything(), async (device) => {
    // A directory takes no text, whoever asks.
    for (const file of ['trigger', 'brightness', 'delay_on', 'delay_off']) device.write(`${leds}/ACT/${file}/x`, '')
    const run = await device.call(['run'])
    assert.is(run.stderr, '')
    assert.is(run.status, 0, run.stdout)
  }))

test('uninstall gives it back', () =>
  on(board(), async (device) => {
    await device.call(['run', 'local'])
    assert.is((await device.call(['uninstall'])).status, 0)
    assert.is(shows(device), 'mmc0')
  }))
