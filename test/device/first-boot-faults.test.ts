import * as assert from 'uvu/assert'
import { type CallOptions, Device, type Fault, keyIsWhole } from '../firstboot/support/device.ts'
import { suite } from '../support/suite.ts'

const test = suite('first boot: faults')

/** A device with local work alone: keys, and an id that an interrupted start has left empty. */
const local = () => new Device().ask('host-keys', 'ed25519\n').write('etc/machine-id', '')

/**
 * The anomaly loop: the fault at the first command, the second, … until a run ends without it having fired. After each
 * the next start has to finish, and the one after that has nothing to write.
 */
async function anomalies(
  kind: Fault['kind'],
  make: () => Device,
  words: readonly string[],
  start: number,
  options: CallOptions = {},
): Promise<number> {
  // A hang costs seconds: every other N has to do.
  for (let at = start; ; at += kind === 'hang' ? 4 : 2) {
    const device = make()
    try {
      const broken = await device.call(words, { limit: kind === 'hang' ? 5 : 30, ...options, fault: { kind, at } })
      if (broken.fired.length === 0) return at
      const where = `${kind} at ${at}: ${broken.fired.join(', ')}`
      if (kind === 'kill') assert.is.not(broken.status, 0, `${where} went unnoticed`)
      assert.is(device.halfKeys(), '', `${where} left half a key in its place`)
      device.boot()
      const next = await device.call(words, options)
      assert.is(next.status, 0, `${where}, then: ${next.stdout}${next.stderr}`)
      assert.ok(keyIsWhole(device), `${where}, then no key`)
      assert.equal(device.missingKeys(), [], `${where}, then not all keys`)
      const before = device.snapshot()
      device.boot()
      assert.is((await device.call(words, options)).stdout, '', where)
      assert.is(device.snapshot(), before, `${where}: a third start wrote`)
    } finally {
      device.remove()
    }
  }
}

for (const kind of ['kill', 'fail', 'hang'] as const) {
  test(`${kind} at the Nth command of the local half: the next start finishes`, async () => {
    // Two halves side by side: odd and even N.
    const ends = await Promise.all([1, 2].map((start) => anomalies(kind, local, ['run', 'local'], start)))
    assert.ok(Math.min(...ends) > 20, `only ${ends} commands were tried`)
  })
}

test('kill at the Nth command of making the RSA key, which sshd does not wait for: the next start finishes', async () => {
  const network = new Device().ask('host-keys', 'ed25519\nrsa\n')
  try {
    assert.is((await network.call(['run', 'local'])).status, 0)
    const make = () => network.copy()
    const quick = { env: { SHORT_RSA: 'yes' } }
    const ends = await Promise.all([1, 2].map((start) => anomalies('kill', make, ['run', 'network'], start, quick)))
    assert.ok(Math.min(...ends) > 20, `only ${ends} commands were tried`)
  } finally {
    network.remove()
  }
})

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
