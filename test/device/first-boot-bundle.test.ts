import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { suite } from '../support/suite.ts'
import { CARRIED, carry, emptyDeb } from './support/carry.ts'
import { runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Network } from './support/network.ts'
import { Owner } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { debs } from './support/roots.ts'
import { settleAlone } from './support/site.ts'
import { difference, snapshot } from './support/snapshot.ts'

const owner = new Owner()
const network = new Network()
const [older, newer] = ['1', '2'].map((version) => emptyDeb('harmless', version)) as [string, string]
process.once('exit', () => {
  network.remove()
  owner.remove()
  for (const deb of [older, newer]) rmSync(dirname(deb), { recursive: true })
})

const settled = ['etc', 'usr', 'home', 'root', 'var/lib/pibake', 'var/lib/dpkg']

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`first start of ${behaviour} with carried packages and no network`)
  let image: Image
  let device: Container
  const boot = () => {
    device = new Container(image.root, { network, bind: { [image.boot]: '/boot/firmware' } })
  }
  const version = (name: string) => device.run(['dpkg-query', '-W', `-f=\${Version}`, name])
  const dpkgWorks = () =>
    device.attempt(['sh', '-c', 'ps -e -o args= | grep -q "^/usr/bin/dpkg .*--unpack"']).status === 0

  test.before(() => {
    image = stockImage(behaviour)
    settleAlone(image.root)
    copyFileSync(older, join(image.root, 'older.deb'))
    runIn(image.root, ['dpkg', '--install', '/older.deb'])
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    const folder = debs(behaviours[behaviour].release)
    const needed = readdirSync(folder).filter((name) => name.endsWith('.deb'))
    carry(image.root, [...needed.map((name) => join(folder, name)), newer])
    boot()
  })

  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  test('the power is cut while dpkg unpacks', async () => {
    await device.until('dpkg to work', 120, dpkgWorks)
    assert.match(device.run(['nft', 'list', 'tables']), 'table inet pibake_interim')
    await device.remove()
    boot()
  })

  test('all the same it ends ok, and nothing is missing', async () => {
    await device.until('the program', 60, () => device.attempt(['pibake-firstboot', 'status']).status !== null)
    const status = device.attempt(['pibake-firstboot', 'status', '--wait'], { timeout: 400 })
    const log = () => device.run(['sh', '-c', 'tail -n 40 /var/lib/pibake/log/*'])
    assert.is(status.status, 0, `${status.stdout}${status.stderr}${log()}`)
    assert.is(device.run(['dpkg', '--audit']), '')
    assert.is(device.attempt(['ip', 'route', 'show', 'default']).stdout, '')
  })

  test('ufw is active, fail2ban runs, and the interim table has gone', async () => {
    assert.match(device.run(['ufw', 'status']), /^Status: active/)
    assert.match(device.run(['fail2ban-client', 'ping']), 'pong')
    await device.until(
      'the interim table to go',
      30,
      () => !device.run(['nft', 'list', 'tables']).includes('inet pibake'),
    )
    assert.is(device.run(['systemctl', '--failed', '--no-legend', '--plain']), '')
  })

  test('the versions are the carried ones, upgrades too, and what only came along is marked so', () => {
    assert.is(version('harmless'), '2')
    const files = readdirSync(debs(behaviours[behaviour].release))
    for (const name of ['ufw', 'fail2ban', 'unattended-upgrades'])
      assert.ok(
        files.some((file) => file.startsWith(`${name}_${version(name)}_`)),
        `${name} ${version(name)}`,
      )
    const manual = device.run(['apt-mark', 'showmanual']).split('\n')
    assert.ok(manual.includes('ufw'))
    assert.not.ok(manual.includes('python3-apt'))
  })

  test('the carried packages have gone, and apt knows its own sources only', () => {
    assert.is(device.attempt(['test', '-e', `/${CARRIED}`]).status, 1)
    assert.not.match(device.run(['apt-cache', 'policy', 'ufw']), CARRIED)
  })

  test('the next start writes nothing', async () => {
    await device.powerOff()
    await device.remove()
    const before = snapshot(image.root, settled, { times: false })
    boot()
    await device.until('ok', 60, () => device.attempt(['pibake-firstboot', 'status']).status === 0)
    await device.until('the firewall', 60, () => device.attempt(['ufw', 'status']).stdout.startsWith('Status: active'))
    await device.powerOff()
    assert.equal(difference(before, snapshot(image.root, settled, { times: false })), [])
  })
}
