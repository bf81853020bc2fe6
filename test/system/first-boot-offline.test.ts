import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Network } from './support/network.ts'
import { Owner, SSH_PORT } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { debs } from './support/roots.ts'
import { REPOSITORY, settleIn } from './support/site.ts'

const owner = new Owner()
const network = new Network()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

const sources = (folder: string) => `deb [trusted=yes] file:${folder} ./\n`

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`first start of ${behaviour} without an archive`)
  let image: Image
  let device: Container
  const moment = (unit: string, property: string) =>
    Number(device.run(['systemctl', 'show', '--property', property, '--value', unit]))
  const tables = () => device.run(['nft', 'list', 'tables'])

  test.before(() => {
    image = stockImage(behaviour)
    settleIn(image.root)
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    writeFileSync(join(image.root, 'etc/apt/sources.list'), sources('/nowhere'))
    const show = { [debs(behaviours[behaviour].release)]: REPOSITORY }
    device = new Container(image.root, { network, show, bind: { [image.boot]: '/boot/firmware' } })
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  test('the host keys are there before sshd starts, and the owner gets in', async () => {
    await device.until('sshd', 60, () => owner.login(network, ['true']).status === 0)
    const made = moment('pibake-firstboot.service', 'ExecMainExitTimestampMonotonic')
    const started = moment('ssh.service', 'ExecMainStartTimestampMonotonic')
    assert.ok(made > 0 && made < started, `keys at ${made}, sshd at ${started}`)
    assert.match(device.console(), /pibake: host-keys: ok \(done now\)/)
  })

  test('it is degraded, says why, and tries again; the interim firewall stays', () => {
    const status = device.attempt(['pibake-firstboot', 'status', '--wait', '--json'], { timeout: 300 })
    assert.is(status.status, 2, status.stdout)
    const steps: { id: string; state: string; reason: string }[] = JSON.parse(status.stdout).steps
    assert.equal(
      steps.filter(({ state }) => state !== 'ok').map(({ id, reason }) => `${id}: ${reason}`),
      ['packages: apt-update-failed', 'ufw: ufw-missing', 'fail2ban: fail2ban-missing', 'upgrade: apt-update-failed'],
    )
    assert.is(device.run(['systemctl', 'is-active', 'pibake-firstboot-network.timer']), 'active\n')
    assert.match(tables(), 'table inet pibake_interim')
    assert.match(device.run(['nft', 'list', 'table', 'inet', 'pibake_interim']), `tcp dport ${SSH_PORT} accept`)
  })

  test('once the archive is there the next try finishes, and the timer stops', async () => {
    device.run(['sh', '-c', `echo '${sources(REPOSITORY).trim()}' >/etc/apt/sources.list`])
    device.run(['systemctl', 'start', 'pibake-firstboot-network.service'], { timeout: 400 })
    const status = device.attempt(['pibake-firstboot', 'status'])
    assert.is(status.status, 0, status.stdout + status.stderr)
    await device.until('the timer to stop', 30, () =>
      /^inactive/.test(device.attempt(['systemctl', 'is-active', 'pibake-firstboot-network.timer']).stdout),
    )
    await device.until('the interim table to go', 30, () => !tables().includes('pibake_interim'))
    assert.is(owner.login(network, ['true']).status, 0)
  })
}
