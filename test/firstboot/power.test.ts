import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device } from './support/device.ts'

// What the power-cut sweep (test/power) has found, held here without an emulator.
const test = suite('first boot: power')

const text = 'boot/firmware/pibake-status.txt'

test('a renamed file is synced by its new name: on FAT that is what makes the name point to it', async () => {
  const device = new Device().write('proc/mounts', '/dev/x /boot/firmware vfat rw 0 0\n').write(text, 'old\n')
  try {
    await device.call(['run', 'local'])
    const synced = device.read('run/sync-calls').trim().split('\n')
    assert.is(synced.at(-1), `-- ${device.path(text)} ${device.path('boot/firmware')}`)
    assert.match(device.read(text), /^state: pending\nhost-keys: ok\n/)
  } finally {
    device.remove()
  }
})

test('a FAT partition that is read-only gets no text, and nothing fails', async () => {
  const device = new Device().write('proc/mounts', '/dev/x /boot/firmware vfat ro 0 0\n')
  try {
    assert.is((await device.call(['run', 'local'])).status, 0)
    assert.not(device.has(text))
  } finally {
    device.remove()
  }
})

test('a FAT partition that is taken away in the middle: nothing fails', async () => {
  // It is still in the list of mounts when the text is written, and takes no file any more.
  const device = new Device().write('proc/mounts', '/dev/x /boot/firmware vfat rw 0 0\n').write('boot/firmware', '')
  try {
    assert.is((await device.call(['run', 'local'])).status, 0)
    assert.is(JSON.parse(device.read('var/lib/pibake/status.json')).state, 'pending')
  } finally {
    device.remove()
  }
})

test('a machine-id that process 1 has left uninitialized becomes one', async () => {
  const device = new Device().write('etc/machine-id', 'uninitialized\n')
  try {
    assert.match((await device.call(['run', 'local'])).stdout, 'pibake: machine-id: ok (done now)\n')
    assert.match(device.read('etc/machine-id'), /^[0-9a-f]{32}\n$/)
  } finally {
    device.remove()
  }
})

test('with PIBAKE_FAULT the checkpoints are noted in /run, and without it nothing is', async () => {
  const device = new Device().ask('host-keys', 'ed25519\n')
  try {
    await device.call(['run', 'local'], { env: { PIBAKE_FAULT: 'none' } })
    const noted = device.read('run/pibake/checkpoints').split('\n')
    for (const name of [
      'host-keys.begin',
      'host-keys.generated',
      'host-keys.end',
      'record.machine-id',
      'put.status.json',
    ])
      assert.ok(noted.includes(`checkpoint ${name}`), name)
    device.boot()
    await device.call(['run', '--repair', 'local'])
    assert.not(device.has('run/pibake/checkpoints'))
  } finally {
    device.remove()
  }
})
