import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { interfaces } from '../../src/core/controls/hardware-interfaces.ts'
import { watchdog } from '../../src/core/controls/watchdog.ts'
import { contextOf, quiet } from '../support/control.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { settleIn } from './support/site.ts'
import { writeOperations } from './support/write.ts'

const PLAIN = { env: { SYSTEMD_COLORS: '0', SYSTEMD_URLIFY: '0' } }

const test = suite('watchdog and modules, as systemd reads them')

for (const release of releases) {
  test(`${release}: the watchdog is that of the spec, whatever the image has set, and the modules are to be loaded`, async () => {
    const root = scratch(debianRoot(release, 'lite'))
    // As raspberrypi-sys-mods has it on Trixie.
    mkdirSync(join(root, 'usr/lib/systemd/system.conf.d'), { recursive: true })
    writeFileSync(
      join(root, 'usr/lib/systemd/system.conf.d/40-rpi-enable-watchdog.conf'),
      '[Manager]\nRuntimeWatchdogSec=1m\nRebootWatchdogSec=2m\n',
    )
    const hardware = { ...quiet.hardware, watchdog: 20, interfaces: { ...quiet.hardware.interfaces, i2c: true } }
    for (const control of [interfaces, watchdog]) {
      writeOperations(root, control.compile(contextOf({ hardware }, { release })).operations)
    }
    settleIn(root)
    const network = new Network()
    const container = new Container(root, { network })
    try {
      const settings = runIn(root, ['systemd-analyze', 'cat-config', 'systemd/system.conf'], PLAIN)
      assert.equal(settings.match(/^RuntimeWatchdogSec=.*$/gm)?.at(-1), 'RuntimeWatchdogSec=20s')
      assert.match(runIn(root, ['systemd-analyze', 'cat-config', 'modules-load.d'], PLAIN), /^i2c-dev$/m)
      await container.until(
        'systemd',
        60,
        () =>
          container.attempt(['systemctl', 'is-system-running']).stdout.match(/^(starting|running|degraded)/) !== null,
      )
      assert.match(container.run(['systemctl', 'show', '--property=RuntimeWatchdogUSec']), /=20s$/m)
      await container.powerOff()
    } finally {
      await container.remove()
      network.remove()
      discard(root)
    }
  })
}
