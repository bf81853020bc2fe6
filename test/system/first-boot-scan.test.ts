import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { plant } from '../boot/card.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Network } from './support/network.ts'
import { Owner, SSH_PORT } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { debs } from './support/roots.ts'
import { Scan } from './support/scan.ts'
import { REPOSITORY, settleIn } from './support/site.ts'

const owner = new Owner()
const network = new Network()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

/** On these answers a program that is planted in the image, from the first moment of its systemd. */
const PLANTED = [23, 111, 5353, 8000] as const
const WATCHED = [...PLANTED, 22, SSH_PORT]

/** Seconds for which the stranger looks at least: a second start is over within one, a first one takes its time. */
const LOOKS_AT_LEAST = 15

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`first and second start of ${behaviour}, seen from the network`)
  let image: Image
  let device: Container
  const boot = () => {
    const show = { [debs(behaviours[behaviour].release)]: REPOSITORY }
    device = new Container(image.root, { network, show, bind: { [image.boot]: '/boot/firmware' } })
  }
  const planted = () =>
    device.run(['sh', '-c', 'systemctl is-active planted; cat /run/planted 2>/dev/null || echo nobody'])
  /** Methods that sshd offers to somebody who has none. */
  const offered = () => {
    const { stderr } = owner.login(network, ['true'], { verbose: true })
    return [...stderr.matchAll(/^debug1: Authentications that can continue: (\S*)/gm)].map(([, methods]) => methods)
  }
  /** Logs in again and again until the first start is over, or for `most` seconds. */
  const watchLogins = async (least: number, most: number, over: () => boolean) => {
    const methods = new Set<string | undefined>()
    const begun = Date.now()
    const passed = () => (Date.now() - begun) / 1000
    for (; passed() < least || (passed() < most && !over()); await sleep(1000))
      for (const method of offered()) methods.add(method)
    return [...methods]
  }
  const state = () => {
    const { stdout } = device.attempt(['pibake-firstboot', 'status', '--json'])
    return stdout === '' ? 'pending' : (JSON.parse(stdout) as { state: string }).state
  }

  test.before(() => {
    image = stockImage(behaviour)
    settleIn(image.root)
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    plant(image.root, PLANTED)
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  for (const start of ['first', 'second'] as const) {
    test(`${start} start: no port but sshd's opens at any moment, and keys alone are offered`, async () => {
      const times: string[] = []
      const note = (what: string) => times.push(`${what} ${(Date.now() / 1000).toFixed(1)}`)
      const scan = new Scan(network, WATCHED)
      boot()
      note('boot')
      await device.until('sshd', 90, () => owner.login(network, ['true']).status === 0)
      note('sshd')
      const methods = await watchLogins(LOOKS_AT_LEAST, 400, () => state() === 'ok')
      assert.is(state(), 'ok')
      await device.until('the firewall', 60, () =>
        device.attempt(['ufw', 'status']).stdout.startsWith('Status: active'),
      )
      const listens = planted()
      note('off')
      await device.powerOff()
      note('is off')
      const console = device.console()
      await device.remove()
      const { opened, rounds } = await scan.stop()
      assert.equal(
        Object.keys(opened),
        [String(SSH_PORT)],
        `${JSON.stringify(opened)}\n${times.join(', ')}\n${console.slice(-6000)}`,
      )
      assert.ok(rounds > 10, `only ${rounds} rounds`)
      assert.is(listens, 'active\nnobody\n', 'who listens there heard somebody')
      assert.equal(methods, ['publickey'])
    })
  }

  test('control: without the firewall the same scan sees every planted port', async () => {
    boot()
    await device.until('the firewall', 90, () => device.attempt(['ufw', 'status']).stdout.startsWith('Status: active'))
    device.run(['ufw', 'disable'])
    const scan = new Scan(network, WATCHED)
    await sleep(15_000)
    const { opened } = await scan.stop()
    for (const port of PLANTED) assert.ok(String(port) in opened, `${port} was not seen`)
  })
}
