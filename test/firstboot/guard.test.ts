import { rmSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device } from './support/device.ts'

/** Without a packet filter nothing that may listen is installed or started. */
const test = suite('first boot: guard')

/** A device on which no filter is in force, and whose nft cannot load one. */
function unguarded(): Device {
  const device = new Device().ask('firewall', 'ufw\n').ask('packages-install', 'fail2ban\nnginx\nufw\n')
  return device
    .write('etc/pibake/interim.nft', 'table inet pibake_interim\n')
    .write('nft-refuses', '')
    .write('etc/ufw/user.rules', '')
}

test('what the owner asked for is not installed before there is a filter', async () => {
  const device = unguarded()
  try {
    assert.match((await device.call(['run', 'local'])).stdout, 'firewall-loaded: degraded (firewall-not-loaded)')
    const { stdout } = await device.call(['run', 'network'])
    assert.match(stdout, 'packages: degraded (firewall-not-loaded)')
    assert.is(device.read('installed'), 'openssh-server\nufw\n')
  } finally {
    device.remove()
  }
})

test('ufw, once it is up, is a filter: the next run installs the rest', async () => {
  const device = unguarded()
  try {
    await device.call(['run'])
    assert.ok(device.has('ufw-active'))
    assert.is((await device.call(['run'])).status, 0)
    assert.is(device.read('installed'), 'openssh-server\nufw\nfail2ban\nnginx\n')
  } finally {
    device.remove()
  }
})

for (const held of [true, false]) {
  test(`a filter that can be loaded after all: ${held ? 'what was held back is started' : 'nothing was held back'}`, async () => {
    const device = unguarded()
    try {
      if (held) device.write('run/pibake-ssh-only', '')
      rmSync(device.path('nft-refuses'))
      assert.match((await device.call(['run', 'local'])).stdout, 'firewall-loaded: ok (done now)')
      const calls = device.has('run/systemctl-calls') ? device.read('run/systemctl-calls') : ''
      assert.is(calls.includes('start --no-block default.target'), held)
    } finally {
      device.remove()
    }
  })
}
