import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { timeServers } from '../../src/core/controls/time-servers.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { runControl } from '../support/control.ts'
import { smallSpec, specOf } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { settleAlone } from './support/site.ts'

const test = suite('time servers as timesyncd has them')

const SERVERS = ['ntp.example.org', '192.0.2.1', '2001:db8::1']
/** In a container it may not set the clock, and is not started for that. */
const ALL_THE_SAME = '[Unit]\nConditionVirtualization=\n[Service]\nAmbientCapabilities=\nCapabilityBoundingSet=\n'

for (const release of releases) {
  test(`${release}: the running service asks these servers, and no others by its configuration`, async () => {
    const root = scratch(debianRoot(release, 'lite'))
    settleAlone(root)
    const image = samplePiOs({
      behaviour: release === 'trixie' ? 'trixie-2026' : 'bookworm-2025',
      variant: 'lite',
      architecture: 'arm64',
    })
    const spec = specOf({ ...smallSpec(), device: { timeServers: SERVERS } })
    const put = (path: string, content: string | Uint8Array) => {
      mkdirSync(join(root, dirname(path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    for (const operation of runControl(timeServers, spec, image).contribution.operations ?? []) {
      if (operation.kind === 'file') put(operation.path, operation.content)
    }
    put('/etc/systemd/system/systemd-timesyncd.service.d/container.conf', ALL_THE_SAME)
    const network = new Network()
    const container = new Container(root, { network })
    try {
      const asked = () =>
        container.attempt(['timedatectl', 'show-timesync', '--property', 'SystemNTPServers', '--value']).stdout.trim()
      await container.until('timesyncd', 90, () => asked() !== '')
      assert.is(asked(), SERVERS.join(' '))
    } finally {
      await container.remove()
      network.remove()
      discard(root)
    }
  })
}
