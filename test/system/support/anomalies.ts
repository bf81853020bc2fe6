import * as assert from 'uvu/assert'
import { type CallOptions, Device, type Fault, keyIsWhole } from '../../firstboot/support/device.ts'

/** A device with local work alone: keys, and an id that an interrupted start has left empty. */
export const local = () => new Device().ask('host-keys', 'ed25519\n').write('etc/machine-id', '')

/** {@link anomalies} on two devices side by side: odd and even N. */
export async function anomaliesOf(
  kind: Fault['kind'],
  make: () => Device,
  words: readonly string[],
  options: CallOptions = {},
): Promise<void> {
  const ends = await Promise.all([1, 2].map((start) => anomalies(kind, make, words, start, options)))
  assert.ok(Math.min(...ends) > 20, `only ${ends} commands were tried`)
}

/**
 * The anomaly loop: the fault at the first command, the second, … until a run ends without it having fired. After each
 * the next start has to finish, and the one after that has nothing to write.
 */
async function anomalies(
  kind: Fault['kind'],
  make: () => Device,
  words: readonly string[],
  start: number,
  options: CallOptions,
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
