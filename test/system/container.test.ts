import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { addresses, Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { settleIn } from './support/site.ts'

const test = suite('containers')

for (const release of releases) {
  test(`${release}: boots, is reached over its wire, and leaves nothing behind`, async () => {
    const root = scratch(debianRoot(release, 'lite'))
    settleIn(root)
    const network = new Network()
    const container = new Container(root, { network })
    try {
      await container.until('the boot', 60, () =>
        /^(running|degraded)$/m.test(container.attempt(['systemctl', 'is-system-running']).stdout),
      )
      await container.until('the address', 20, () => container.run(['ip', 'address']).includes(addresses.device))
      const banner = network.attempt(['ssh-keyscan', '-T', '5', addresses.device])
      assert.match(banner.stdout, /^192\.0\.2\.1 ssh-ed25519 /m)
      container.run(['sysctl', '--write', 'net.ipv4.conf.all.log_martians=1'])
      container.run(['nft', 'add', 'table', 'inet', 'probe'])
      await container.powerOff()
      assert.throws(() => container.run(['true']), /not running/)
    } finally {
      await container.remove()
      network.remove()
      discard(root)
    }
  })
}
