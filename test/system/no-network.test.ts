import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { HASH } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { addresses, Network } from './support/network.ts'
import { pibake } from './support/pibake.ts'
import { settleAlone } from './support/site.ts'

/** What is left of the defaults brings ufw and fail2ban, which the image carries. */
const SPEC = `version: 1
users: [{ name: alice, passwordHash: "${HASH}" }]
network: { none: true }
`

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`a device of ${behaviour} without a network`)
  const place = mkdtempSync(join(tmpdir(), 'pibake-no-network-'))
  const network = new Network()
  let image: Image
  let device: Container

  test.before(() => {
    const spec = join(place, 'pibake.yaml')
    writeFileSync(spec, SPEC, { mode: 0o600 })
    image = stockImage(behaviour)
    const applied = pibake(['apply', spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    assert.match(applied.stdout, /^ {2}the device has no network: the console is the only way in$/m)
    assert.match(applied.stdout, /^ {2}console +alice, password +sudo: password$/m)
    settleAlone(image.root)
    device = new Container(image.root, { network, bind: { [image.boot]: '/boot/firmware' } })
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
    network.remove()
    rmSync(place, { recursive: true })
  })

  test('the first start ends ok: nothing of it needed a network', async () => {
    await device.until('the program', 60, () => device.attempt(['pibake-firstboot', 'status']).status !== null)
    const status = device.attempt(['pibake-firstboot', 'status', '--wait', '--json'], { timeout: 400 })
    const log = () => device.run(['sh', '-c', 'tail -n 40 /var/lib/pibake/log/*'])
    assert.is(status.status, 0, `${status.stdout}${log()}`)
    assert.match(device.run(['ufw', 'status']), /^Status: active/)
  })

  test('nothing starts NetworkManager, and the interface that is there has no address', () => {
    for (const unit of ['NetworkManager.service', 'wpa_supplicant.service', 'systemd-networkd.service']) {
      assert.is(device.attempt(['systemctl', 'is-enabled', unit]).stdout, 'masked\n', unit)
      assert.is.not(device.attempt(['systemctl', 'start', unit]).status, 0, unit)
    }
    // Not by the bus either.
    const asked = ['busctl', 'call', 'org.freedesktop.NetworkManager', '/org/freedesktop/NetworkManager']
    assert.is.not(device.attempt([...asked, 'org.freedesktop.DBus.Peer', 'Ping']).status, 0)
    const [eth0] = JSON.parse(device.run(['ip', '-json', 'address', 'show', 'dev', 'eth0']))
    assert.equal(eth0.addr_info, [])
    assert.is(device.run(['ip', 'route']), '')
    assert.is(network.attempt(['ssh-keyscan', '-T', '2', addresses.device]).stdout, '')
  })

  test('sshd is not started', () => {
    assert.is.not(device.attempt(['systemctl', 'is-active', 'ssh.service']).stdout, 'active\n')
  })
}
