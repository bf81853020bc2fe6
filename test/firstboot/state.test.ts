import { mkdirSync, symlinkSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, keyIsWhole, plan, started } from './support/device.ts'

const test = suite('first boot: state')

const other = `sha256:${'cd'.repeat(32)}`
const good = `1 ${plan} ok none yes end\n`

/** One whose local half is done. */
const finished = started(test, () => new Device().ask('host-keys', 'ed25519\n'), ['run', 'local'])

/** What is not a whole record of this plan means "not done": the step runs again. */
const records: Readonly<Record<string, string>> = {
  empty: '',
  torn: good.slice(0, 60),
  'torn before its last word': good.slice(0, -5),
  'of another plan': good.replace(plan, other),
  'of a later version': good.replace('1 ', '2 '),
  binary: '\0\0\0\u0001\u00ff\n',
  'with more than it should hold': good.replace('end', 'end end'),
}

for (const [what, text] of Object.entries(records)) {
  test(`a record ${what} counts as not done`, async () => {
    const device = finished()
    try {
      device.write('var/lib/pibake/steps/machine-id', text)
      const status = JSON.parse((await device.call(['status', '--json'])).stdout)
      assert.is(status.steps.find(({ id }: { id: string }) => id === 'machine-id').state, 'pending')
      const run = await device.call(['run', 'local'])
      assert.is(run.stdout, 'pibake: machine-id: ok\n')
      assert.is(device.read('var/lib/pibake/steps/machine-id'), `1 ${plan} ok none no end\n`)
    } finally {
      device.remove()
    }
  })
}

test('a new plan on the same device: every step is looked at, what is as wanted stays', async () => {
  const device = finished()
  try {
    const key = device.read('etc/ssh/ssh_host_ed25519_key')
    device.write('etc/pibake/plan', `${other}\n`)
    assert.match((await device.call(['status'])).stdout, /^state: pending\n/)
    const run = await device.call(['run', 'local'])
    const steps = ['host-keys', 'machine-id', 'firewall-loaded', 'scripts-before-network']
    assert.is(run.stdout, steps.map((step) => `pibake: ${step}: ok\n`).join(''))
    assert.is(device.read('etc/ssh/ssh_host_ed25519_key'), key)
  } finally {
    device.remove()
  }
})

for (const text of ['', 'sha256:\n', 'sha256:abc; reboot\n', 'yes\n']) {
  test(`a plan file of ${JSON.stringify(text)} is no plan: failed, and nothing is written`, async () => {
    const device = new Device().ask('host-keys', 'ed25519\n').write('etc/pibake/plan', text)
    try {
      const before = device.snapshot()
      const run = await device.call(['run'])
      assert.is(run.stdout, 'pibake: run: failed (plan-missing)\n')
      assert.is(run.status, 1)
      assert.is(device.snapshot(), before)
      assert.is((await device.call(['status'])).status, 1)
    } finally {
      device.remove()
    }
  })
}

/** How a card refuses what is written; the work itself is done all the same. */
const refusing: Readonly<Record<string, (device: Device) => void>> = {
  'is full': (device) => symlinkSync('/dev/full', device.path('var/lib/pibake/.attempts.local.new')),
  'takes no new directory': (device) => device.write('var/lib/pibake/steps', ''),
}

for (const [how, refuse] of Object.entries(refusing)) {
  test(`a card that ${how}: failed, nothing is torn, and the keys are made`, async () => {
    const device = new Device().ask('host-keys', 'ed25519\n')
    try {
      mkdirSync(device.path('var/lib/pibake'), { recursive: true })
      refuse(device)
      const run = await device.call(['run', 'local'])
      assert.is(run.status, 1)
      assert.match(run.stdout, /run: failed \(state-not-writable\)\n$/)
      assert.not(device.has('var/lib/pibake/attempts.local') && device.read('var/lib/pibake/attempts.local') === '')
      assert.ok(keyIsWhole(device))
    } finally {
      device.remove()
    }
  })
}
