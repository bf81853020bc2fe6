import { existsSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { addresses, Network } from './support/network.ts'
import { Owner } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { settleIn } from './support/site.ts'

/** A start on a device that cannot load a packet filter: nothing but sshd answers. */

const owner = new Owner({ rules: ['allow 2222/tcp', 'allow 80/tcp', 'allow 81/tcp'] })
const network = new Network()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

/** What an image may bring: a server that starts at boot, one behind a socket, and one that rc.local starts. */
const LISTENERS: Readonly<Record<string, string>> = {
  'etc/systemd/system/web.service': `[Service]
ExecStart=/usr/bin/python3 -m http.server 80
[Install]
WantedBy=multi-user.target
`,
  'etc/systemd/system/echo.socket': `[Socket]
ListenStream=81
Accept=yes
[Install]
WantedBy=sockets.target
`,
  'etc/systemd/system/echo@.service': `[Service]
ExecStart=/bin/cat
StandardInput=socket
`,
}

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`${behaviour} without a packet filter`)
  let image: Image
  let device: Container
  const hidden = ['usr/sbin/nft', 'usr/sbin/xtables-nft-multi']
  /** Whether a connection is taken, from where the owner sits. */
  const answers = (port: number) => {
    const connect = `require('net').connect(${port}, '${addresses.device}', () => process.exit(0)).on('error', () => process.exit(1))`
    return network.attempt(['timeout', '10', process.execPath, '-e', connect]).status === 0
  }

  test.before(() => {
    image = stockImage(behaviour, 'full')
    settleIn(image.root)
    for (const [path, text] of Object.entries(LISTENERS)) writeFileSync(join(image.root, path), text)
    for (const [unit, target] of [
      ['web.service', 'multi-user.target'],
      ['echo.socket', 'sockets.target'],
    ]) {
      symlinkSync(`/etc/systemd/system/${unit}`, join(image.root, `etc/systemd/system/${target}.wants/${unit}`))
    }
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    for (const path of hidden) {
      renameSync(join(image.root, path), join(image.root, `${path}.real`))
      writeFileSync(join(image.root, path), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    }
    device = new Container(image.root, { network, bind: { [image.boot]: '/boot/firmware' } })
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  test('the owner gets in; the servers of the image do not answer', async () => {
    await device.until('sshd', 90, () => owner.login(network, ['true']).status === 0)
    assert.not.ok(answers(80), 'the web server answers')
    assert.not.ok(answers(81), 'the socket answers')
    assert.match(device.run(['systemctl', 'is-active', 'pibake-ssh-only.target']), 'active')
    assert.is(
      owner.login(network, ['sudo', '-S', '-p', "''", 'id', '-u'], { input: `${owner.password}\n` }).stdout,
      '0\n',
    )
  })

  test('status says why', () => {
    const { stdout, status } = device.attempt(['pibake-firstboot', 'status', '--wait'], { timeout: 300 })
    assert.is(status, 2, stdout)
    assert.match(stdout, 'firewall-loaded: degraded (firewall-not-loaded)')
  })

  test('with a filter the rest is started, and answers as the rules say', async () => {
    for (const path of hidden) {
      if (existsSync(join(image.root, `${path}.real`))) device.run(['mv', `/${path}.real`, `/${path}`])
    }
    device.attempt(['pibake-firstboot', 'run', '--repair'], { timeout: 300 })
    await device.until('the web server', 60, () => answers(80))
    await device.until('the socket', 30, () => answers(81))
    assert.match(device.run(['ufw', 'status']), /^Status: active/)
    assert.is(owner.login(network, ['true']).status, 0)
  })
}
