import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import { readExposure } from '../hardness/readings.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { type Image, stockImage } from './support/dress.ts'
import { Network } from './support/network.ts'
import { Owner } from './support/owner.ts'
import { pibake } from './support/pibake.ts'
import { debs } from './support/roots.ts'
import { REPOSITORY, settleIn } from './support/site.ts'

/** Most that a unit may score by `systemd-analyze security`; docs/firstboot.md explains those above the first. */
const MOST: Readonly<Record<string, number>> = {
  'pibake-firstboot.service': 6,
  'pibake-firstboot-network.service': 6,
  // apt and the scripts of packages, as in the first start.
  'pibake-sshd-upgrade.service': 6,
}
const MOST_OF_OTHERS = 2.5

const owner = new Owner({ more: 'alerts: { webhookFile: hook }\n' })
writeFileSync(join(dirname(owner.spec), 'hook'), 'https://192.0.2.2/hook\n', { mode: 0o600 })
const network = new Network()
process.once('exit', () => {
  network.remove()
  owner.remove()
})

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as Behaviour[]) {
  const test = suite(`confinement of the units, ${behaviour}`)
  const { release } = behaviours[behaviour]
  let image: Image
  let device: Container

  test.before(() => {
    image = stockImage(behaviour, 'full')
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    assert.is(applied.status, 0, applied.stdout + applied.stderr)
    settleIn(image.root)
  })
  test.after(async () => {
    await device?.remove()
    image?.remove()
  })

  test('each is as little exposed as its work lets it be, by the systemd of the release', () => {
    const units = ['etc/systemd/system', 'usr/lib/systemd/system'].flatMap((folder) =>
      readdirSync(join(image.root, folder)).filter((name) => /^pibake-.*[.]service$/.test(name)),
    )
    assert.equal(units.sort(), [
      'pibake-alerts.service',
      'pibake-firstboot-network.service',
      'pibake-firstboot.service',
      'pibake-interim-firewall-yield.service',
      'pibake-interim-firewall.service',
      'pibake-sshd-upgrade.service',
    ])
    for (const unit of units) {
      const most = MOST[unit] ?? MOST_OF_OTHERS
      const env = { SYSTEMD_COLORS: '0', SYSTEMD_URLIFY: '0' }
      const said = runIn(image.root, ['systemd-analyze', 'security', '--offline=true', '--no-pager', unit], { env })
      const exposure = readExposure(said)[unit] ?? Number.NaN
      assert.ok(exposure <= most, `${unit}: ${exposure}\n${said}`)
    }
  })

  test('the first start does all its work in it', async () => {
    device = new Container(image.root, {
      network,
      show: { [debs(release)]: REPOSITORY },
      bind: { [image.boot]: '/boot/firmware' },
    })
    await device.until('process 1', 60, () => device.attempt(['systemctl', 'is-system-running']).stdout !== '')
    const status = device.attempt(['pibake-firstboot', 'status', '--wait'], { timeout: 400 })
    assert.is(status.status, 0, status.stdout + status.stderr)
    const journal = device.run(['journalctl', '--boot', '--no-pager', '--output=cat', '-u', 'pibake-*'])
    assert.not.match(journal, /Operation not permitted|Read-only file system|Bad system call/)
  })

  test('alerts see what root sees: nothing where all is well, and a firewall that is off', () => {
    const waiting = () => {
      device.attempt(['systemctl', 'start', 'pibake-alerts.service'], { timeout: 300 })
      const folder = join(image.root, 'var/lib/pibake/alerts/spool')
      return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    }
    const said = waiting()
    assert.not.ok(
      said.some((text) => /first start left/.test(text)),
      said.join('\n'),
    )
    device.run(['ufw', 'disable'])
    const then = waiting().join('\n')
    assert.match(then, /^the first start left something undone\n(?:.*\n)*pibake: ufw: no longer as it was set up$/m)
    // Without ufw there is no packet filter at all; everything else is as it was.
    assert.not.match(then, /pibake: (?!ufw:|firewall-loaded:)/)
    device.run(['ufw', '--force', 'enable'])
  })

  test('the daily upgrade of sshd may do what the scripts of that package do', () => {
    const place = '/run/systemd/system/pibake-sshd-upgrade.service.d'
    const scripts = 'ExecStart=\nExecStart=/usr/sbin/dpkg-reconfigure --frontend=noninteractive openssh-server'
    const text = `[Unit]\nAfter=\nWants=\n[Service]\n${scripts}\nRestart=no\n`
    device.run(['sh', '-euc', `mkdir -p ${place}; cat >${place}/scripts.conf; systemctl daemon-reload`], {
      input: text,
    })
    const done = device.attempt(['systemctl', 'start', 'pibake-sshd-upgrade.service'], { timeout: 300 })
    assert.is(done.status, 0, device.run(['journalctl', '--no-pager', '-u', 'pibake-sshd-upgrade']))
    assert.is(device.run(['systemctl', 'is-active', 'ssh.service']), 'active\n')
    assert.not.match(device.run(['journalctl', '--no-pager', '-u', 'pibake-sshd-upgrade']), /not permitted|Read-only/)
  })
}
