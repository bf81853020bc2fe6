import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, plan } from './support/device.ts'

const test = suite('first boot: run')

test('everything asked is done, and a second start writes nothing', async () => {
  const device = new Device().askEverything()
  try {
    const first = await device.call(['run'])
    assert.is(first.stderr, '')
    assert.is(first.status, 0, first.stdout)
    assert.is(device.read('installed'), 'openssh-server\nfail2ban\nufw\n')
    assert.ok(device.has('ufw-active'))
    assert.ok(device.has('fail2ban-runs'))
    assert.is(device.read('script-ran'), 'ran\n')
    assert.is(device.read('locales'), '#\nen_GB.UTF-8\n')
    assert.not(device.has('half-done'))
    assert.match(device.read('run/systemctl-calls'), /stop --no-block pibake-firstboot-network\.timer\n$/)
    const status = JSON.parse(device.read('var/lib/pibake/status.json'))
    assert.is(status.state, 'ok')
    assert.is(status.plan, plan)
    assert.is(status.monotonicS, 41.2)
    assert.is(status.clockSynced, true)

    const before = device.snapshot()
    device.boot()
    const second = await device.call(['run'])
    assert.is(second.status, 0)
    assert.is(second.stdout, '')
    assert.is(device.snapshot(), before)
  } finally {
    device.remove()
  }
})

// busybox runs its own applets before those in PATH, so the network half's fakes are not reached.
test('busybox ash: the local half is done, and a second start writes nothing', async () => {
  const device = new Device('busybox').ask('host-keys', 'ed25519\n')
  try {
    const first = await device.call(['run', 'local'])
    assert.is(first.stderr, '')
    assert.is(first.status, 0, first.stdout)
    const before = device.snapshot()
    assert.is((await device.call(['run', 'local'])).stdout, '')
    assert.is(device.snapshot(), before)
    assert.match((await device.call(['status'])).stdout, /^state: pending\nhost-keys: ok\n/)
  } finally {
    device.remove()
  }
})

test('beside a run that is going on, a second one ends with 0 and touches nothing', async () => {
  const device = new Device().askEverything()
  const lock = device.write('run/pibake/lock', '').path('run/pibake/lock')
  const other = spawn('flock', [lock, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    other.stdin.write('held\n')
    await once(other.stdout, 'data')
    const before = device.snapshot()
    const second = await device.call(['run'])
    assert.is(second.stdout, 'pibake: run: already running\n')
    assert.is(second.status, 0)
    assert.is(device.snapshot(), before)
    const repair = device.call(['run', '--repair'])
    const waits = new RegExp(`-> FLOCK .*:${statSync(lock).ino} `)
    while (!waits.test(readFileSync('/proc/locks', 'utf8'))) await sleep(50)
    other.stdin.end()
    const { stdout, status } = await repair
    assert.match(stdout, /^pibake: run: waiting for another run to end\n/)
    assert.match(stdout, 'pibake: machine-id: ok')
    assert.is(status, 0, stdout)
  } finally {
    other.stdin.end()
    device.remove()
  }
})
