import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { fail2ban } from '../../src/controls/fail2ban.ts'
import { suite } from '../support/suite.ts'
import { contextOf } from '../system/context.ts'
import { Container } from './support/container.ts'
import { Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { writeOperations } from './support/write.ts'

const test = suite('fail2ban at work, with few rights')

for (const release of releases) {
  test(`${release}: bans after the set number of failures that root's sshd logged, and after its log was rotated`, async () => {
    const root = scratch(debianRoot(release, 'full'))
    const network = new Network()
    const jails = { sshd: { maxretry: 3, findtime: '10m', bantime: -1 } }
    const wanted = { profile: 'strict' as const, fail2ban: { enabled: true, ignoreip: ['192.0.2.9'], jails } }
    writeOperations(root, fail2ban.compile(contextOf(wanted, { release })).operations)
    mkdirSync(join(root, 'usr/local/bin'), { recursive: true })
    writeFileSync(join(root, 'usr/local/bin/fails'), FAILS, { mode: 0o755 })
    const container = new Container(root, { network })
    try {
      await container.until('the boot', 90, () =>
        /^(running|degraded)$/m.test(container.attempt(['systemctl', 'is-system-running']).stdout),
      )
      const banned = () => container.attempt(['fail2ban-client', 'get', 'sshd', 'banip']).stdout
      await container.until('fail2ban', 30, () => container.attempt(['fail2ban-client', 'ping']).status === 0)
      assert.match(container.run(['systemctl', 'show', '--property=ProtectSystem', 'fail2ban']), /strict/)

      container.run(['fails', '192.0.2.7', '2'])
      container.run(['fails', '192.0.2.9', '6'])
      container.run(['su', '--shell', '/bin/sh', '--command', 'fails 192.0.2.8 6', 'www-data'])
      container.run(['fails', '192.0.2.6', '3'])
      await container.until('the ban', 30, () => banned().includes('192.0.2.6'))
      assert.is(banned().trim(), '192.0.2.6')
      assert.match(container.run(['nft', 'list', 'table', 'inet', 'f2b-table']), /192\.0\.2\.6/)

      container.run(['logrotate', '--force', '/etc/logrotate.d/fail2ban'])
      container.run(['fails', '192.0.2.7', '1'])
      await container.until('the ban after rotation', 30, () => banned().includes('192.0.2.7'))
      assert.match(readFileSync(join(root, 'var/log/fail2ban.log'), 'utf8'), /Ban 192\.0\.2\.7/)
    } finally {
      await container.remove()
      network.remove()
      discard(root)
    }
  })
}

/** Logs COUNT failed log-ins from ADDRESS, as sshd words them. */
const FAILS = `#!/bin/sh
for i in $(seq "$2"); do
  logger --tag sshd "Failed password for invalid user bob$i from $1 port 50$i ssh2"
done
`
