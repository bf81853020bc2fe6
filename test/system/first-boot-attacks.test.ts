import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Network } from './support/network.ts'
import { Owner } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { debs } from './support/roots.ts'
import { REPOSITORY, settleIn } from './support/site.ts'

/** A first start beside which a user of the device takes every lock that he can open, squats names and looks around. */

const SECRET = 'the-secret-of-a-script'
const owner = new Owner()
const network = new Network()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

const SQUATTER = `[Unit]
DefaultDependencies=no
After=systemd-tmpfiles-setup.service
Before=pibake-firstboot.service
[Service]
User=nobody
ExecStart=/usr/bin/python3 /srv/squat.py ${SECRET} /tmp/squatted
[Install]
WantedBy=sysinit.target
`
const CANARY = 'nobody writes here\n'

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`first start of ${behaviour} beside a hostile user`)
  const { release } = behaviours[behaviour]
  let image: Image
  let device: Container
  const reported = (what: 'held' | 'seen') =>
    device
      .run(['cat', '/tmp/squatted'])
      .split('\n')
      .filter((line) => line.startsWith(`${what} `))
      .map((line) => line.slice(what.length + 1))

  test.before(() => {
    image = stockImage(behaviour)
    settleIn(image.root)
    const spec = readFileSync(owner.spec, 'utf8').replace('  hostname:', '  locale: de_AT.UTF-8\n  hostname:')
    const own = join(dirname(owner.spec), 'attacked.yaml')
    writeFileSync(own, `${spec}firstBoot: { scripts: [secret.sh] }\n`)
    writeFileSync(join(dirname(own), 'secret.sh'), `#!/bin/sh\n: ${SECRET}\nsleep 2\n`, { mode: 0o600 })
    const applied = pibake(['apply', own, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    const at = (path: string) => join(image.root, path)
    writeFileSync(at('srv/canary'), CANARY)
    chmodSync(at('srv/canary'), 0o666)
    copyFileSync(join(packageRoot, 'test/system/support/squat.py'), at('srv/squat.py'))
    writeFileSync(at('etc/systemd/system/squat.service'), SQUATTER)
    mkdirSync(at('etc/systemd/system/sysinit.target.wants'), { recursive: true })
    symlinkSync('/etc/systemd/system/squat.service', at('etc/systemd/system/sysinit.target.wants/squat.service'))
    const show = { [debs(release)]: REPOSITORY }
    device = new Container(image.root, { network, show, bind: { [image.boot]: '/boot/firmware' } })
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  test('finishes all the same', async () => {
    await device.until('the squatter', 60, () => device.attempt(['test', '-e', '/tmp/squatted']).status === 0)
    const said = device.attempt(['pibake-firstboot', 'status', '--wait'], { timeout: 500 })
    assert.is(said.status, 0, `${said.stdout}${device.run(['sh', '-c', 'head -n 40 /var/lib/pibake/log/*'])}`)
    assert.match(device.run(['ufw', 'status']), /^Status: active/)
    assert.is(device.run(['systemctl', 'is-active', 'fail2ban']), 'active\n')
    assert.match(device.run(['locale', '--all-locales']), 'de_AT.utf8')
    await device.until('sshd', 60, () => owner.login(network, ['true']).status === 0)
  })

  test('he was there all the time, and took what he could', () => {
    const held = reported('held')
    assert.ok(held.includes('/etc/passwd'), held.join(' '))
    assert.is(device.run(['systemctl', 'is-active', 'squat']), 'active\n')
  })

  test('he could open none of what the first start and its packages lock', () => {
    const held = reported('held')
    const locks = /\/debconf\/|(^|[/.-])lock([.-]|$)/
    assert.equal(
      held.filter((path) => locks.test(path) && !path.startsWith('/run/lock/')),
      [],
    )
  })

  test('he saw no secret, and nothing was written through his links', () => {
    assert.equal(reported('seen'), [])
    assert.is(readFileSync(join(image.root, 'srv/canary'), 'utf8'), CANARY)
  })
}
