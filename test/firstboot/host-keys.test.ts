import { chmodSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { attempt } from '../system/support/run.ts'
import { Device, keyIsWhole, started } from './support/device.ts'

const test = suite('first boot: host keys')

const key = 'etc/ssh/ssh_host_ed25519_key'

/** A device that has its keys already. */
const finished = started(test, () => new Device().ask('host-keys', 'ed25519\n'), ['run', 'local'])

/** How an interrupted or wrong start leaves a private key; each is replaced by a new pair. */
const broken: Readonly<Record<string, (device: Device) => void>> = {
  'of 0 bytes': (device) => device.write(key, ''),
  truncated: (device) => device.write(key, device.read(key).slice(0, 200)),
  'of garbage': (device) => device.write(key, '\0\u0001\u0002 no key at all\n'),
  'with a passphrase': (device) => {
    const changed = attempt(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'secret', '-f', device.path(key)])
    assert.is(changed.status, 0, changed.stderr)
  },
  'of another type': (device) => {
    attempt(['rm', device.path(key), device.path(`${key}.pub`)])
    const made = attempt(['ssh-keygen', '-q', '-t', 'ecdsa', '-N', '', '-f', device.path(key)])
    assert.is(made.status, 0, made.stderr)
  },
}

for (const [what, breakIt] of Object.entries(broken)) {
  test(`a private key ${what} is replaced by a new pair`, async () => {
    const device = finished()
    try {
      breakIt(device)
      const run = await device.call(['run', '--repair', 'local'])
      assert.match(run.stdout, /host-keys: ok \(done now\)/)
      assert.ok(keyIsWhole(device))
    } finally {
      device.remove()
    }
  })
}

/** What is wrong around a good private key is mended; the key, which is the device's identity, stays. */
const around: Readonly<Record<string, (device: Device) => void>> = {
  'no .pub': (device) => attempt(['rm', device.path(`${key}.pub`)]),
  'an empty .pub': (device) => device.write(`${key}.pub`, ''),
  'the .pub of another key': (device) =>
    device.write(`${key}.pub`, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICbtCZK+VDckcTuu0DNC31XoGeBAd/yW+xMLkG79yA9q x\n'),
}

for (const [what, breakIt] of Object.entries(around)) {
  test(`${what}: it is made anew from the private key`, async () => {
    const device = finished()
    try {
      const before = device.read(key)
      breakIt(device)
      assert.is((await device.call(['run', '--repair', 'local'])).status, 0)
      assert.is(device.read(key), before)
      assert.ok(keyIsWhole(device))
    } finally {
      device.remove()
    }
  })
}

test('a private key that others may read is not one that sshd takes', async () => {
  const device = finished()
  try {
    chmodSync(device.path(key), 0o644)
    assert.is((await device.call(['run', '--repair', 'local'])).status, 0)
    assert.ok(keyIsWhole(device))
  } finally {
    device.remove()
  }
})

/** The tests' limit of a step is too short for RSA on a busy machine. */
const patient = { env: { STEP_LIMIT: '90' }, limit: 120 }
const rsa = 'etc/ssh/ssh_host_rsa_key'

test('an RSA key of 4096 bits where the plan asks for one', async () => {
  const device = new Device().ask('host-keys', 'ed25519\nrsa-4096\n')
  try {
    assert.is((await device.call(['run', 'local'], patient)).status, 0)
    assert.not(device.has(rsa))
    const network = await device.call(['run', 'network'], patient)
    assert.match(network.stdout, /host-keys-slow: ok \(done now\)/)
    assert.match(attempt(['ssh-keygen', '-l', '-f', device.path(rsa)]).stdout, /^4096 /)
  } finally {
    device.remove()
  }
})

test('sshd waits for no RSA key: the network half makes it, with 3072 bits, and has sshd read it', async () => {
  const device = new Device().ask('host-keys', 'ed25519\nrsa\n')
  try {
    const local = await device.call(['run', 'local'], patient)
    assert.is(local.status, 0, local.stdout)
    assert.ok(keyIsWhole(device))
    assert.not(device.has(rsa))
    const network = await device.call(['run', 'network'], patient)
    assert.match(network.stdout, /host-keys-slow: ok \(done now\)/)
    assert.match(attempt(['ssh-keygen', '-l', '-f', device.path(rsa)]).stdout, /^3072 /)
    assert.match(device.read('run/systemctl-calls'), /^try-reload-or-restart ssh\.service$/m)
  } finally {
    device.remove()
  }
})

test('an sshd that its socket started is started again: it cannot bind the port of its socket', async () => {
  const device = new Device().ask('host-keys', 'ed25519\nrsa\n').write('ssh-socket-is-active', '')
  try {
    const run = await device.call(['run'], patient)
    assert.match(run.stdout, /host-keys-slow: ok \(done now\)/)
    assert.match(device.read('run/systemctl-calls'), /^try-restart ssh\.service$/m)
    assert.not.match(device.read('run/systemctl-calls'), 'try-reload')
  } finally {
    device.remove()
  }
})

test('an RSA key that the system has made stays, and sshd need not read it again', async () => {
  const device = new Device().ask('host-keys', 'ed25519\nrsa\n')
  try {
    device.write('etc/ssh/none', '')
    attempt(['ssh-keygen', '-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', device.path(rsa)])
    const before = device.read(rsa)
    const run = await device.call(['run'], patient)
    assert.match(run.stdout, /host-keys-slow: ok\n/)
    assert.is(device.read(rsa), before)
    assert.not.match(device.read('run/systemctl-calls'), 'ssh.service')
  } finally {
    device.remove()
  }
})

test('an RSA key is waited for where it is the only one', async () => {
  const device = new Device().ask('host-keys', 'rsa\n')
  try {
    const run = await device.call(['run', 'local'], patient)
    assert.is(run.status, 0, run.stdout)
    assert.match(attempt(['ssh-keygen', '-l', '-f', device.path(rsa)]).stdout, /^3072 /)
  } finally {
    device.remove()
  }
})

test('an sshd that cannot be told of its new key leaves the device degraded, and the key is there', async () => {
  const device = new Device().ask('host-keys', 'ed25519\nrsa\n')
  try {
    const run = await device.call(['run'], { ...patient, fault: { kind: 'fail', at: 'systemctl' } })
    assert.match(run.stdout, /host-keys-slow: degraded \(sshd-not-reloaded\)/)
    assert.match(attempt(['ssh-keygen', '-l', '-f', device.path(rsa)]).stdout, /^3072 /)
  } finally {
    device.remove()
  }
})
