import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { attempt } from '../system/support/run.ts'
import { Device, keyIsWhole } from './support/device.ts'

const test = suite('first boot: host keys that were made beforehand')

const key = 'etc/ssh/ssh_host_ed25519_key'
const baked = 'etc/pibake/first-boot/host-keys.d/ssh_host_ed25519_key'

/** A pair as ssh-keygen makes it. */
function pair(): { readonly text: string; readonly line: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pibake-key-'))
  const made = attempt(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'root@kit-07', '-f', join(folder, 'key')])
  assert.is(made.status, 0, made.stderr)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  try {
    return { text: read('key'), line: read('key.pub') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const [mine, theirs] = [pair(), pair()]

function lay(device: Device, name: string, text: string, mode = 0o600): Device {
  device.write(name, text)
  chmodSync(device.path(name), mode)
  return device
}

const fresh = (text = mine.text) => lay(new Device().ask('host-keys', 'ed25519\n'), baked, text)

/** The baked key is in force, whole, and nowhere else. */
function inForce(device: Device): boolean {
  return (
    keyIsWhole(device) &&
    device.read(key) === mine.text &&
    device.read(`${key}.pub`) === mine.line &&
    !existsSync(device.path(baked))
  )
}

/** What /etc/ssh may hold when the step begins; the baked key comes into force in any case. */
const before: Readonly<Record<string, (device: Device) => unknown>> = {
  'no key': () => undefined,
  'a pair that the system made': (device) => lay(device, key, theirs.text).write(`${key}.pub`, theirs.line),
  'an empty private key': (device) => device.write(key, ''),
  'the public half of a cut: the old private key, the new .pub': (device) =>
    lay(device, key, theirs.text).write(`${key}.pub`, mine.line),
  'the same pair': (device) => lay(device, key, mine.text).write(`${key}.pub`, mine.line),
  'what a cut left of a new pair': (device) => device.write(`${key}.new`, 'x').write('etc/ssh/.ssh_host.new', 'x'),
}

for (const [what, prepare] of Object.entries(before)) {
  test(`with ${what} in /etc/ssh`, async () => {
    const device = fresh()
    try {
      prepare(device)
      const run = await device.call(['run', 'local'])
      assert.match(run.stdout, /host-keys: ok \(done now\)/)
      assert.ok(inForce(device))
      const snapshot = device.snapshot()
      assert.is((await device.call(['run', 'local'])).status, 0)
      assert.is(device.snapshot(), snapshot)
    } finally {
      device.remove()
    }
  })
}

test('a cut between public and private half: both keys are still there, and the next start completes it', async () => {
  const device = lay(fresh(), key, theirs.text).write(`${key}.pub`, theirs.line)
  try {
    await device.call(['run', 'local'], { env: { PIBAKE_FAULT: 'host-keys.public:cut' } })
    assert.is(device.read(`${key}.pub`), mine.line)
    assert.is(device.read(key), theirs.text)
    assert.is(device.read(baked), mine.text)
    device.boot()
    assert.is((await device.call(['run', 'local'])).status, 0)
    assert.ok(inForce(device))
  } finally {
    device.remove()
  }
})

test('unpacked with a mode that is too open, it is closed', async () => {
  const device = fresh()
  try {
    chmodSync(device.path(baked), 0o644)
    assert.is((await device.call(['run', 'local'])).status, 0)
    assert.ok(inForce(device))
  } finally {
    device.remove()
  }
})

for (const [what, text] of Object.entries({
  empty: '',
  truncated: mine.text.slice(0, 200),
  'of another type': 'no key at all\n',
})) {
  test(`one that is ${what}: sshd gets another key, and the start says failed`, async () => {
    const device = fresh(text)
    try {
      const run = await device.call(['run', 'local'])
      assert.match(run.stdout, /host-keys: failed \(baked-host-key-damaged\)/)
      assert.is(run.status, 1)
      assert.ok(keyIsWhole(device))
      const made = device.read(key)
      device.boot()
      assert.is((await device.call(['run', 'local'])).status, 1)
      assert.is(device.read(key), made)
    } finally {
      device.remove()
    }
  })
}
