import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { fail2ban } from '../../src/core/controls/fail2ban.ts'
import { contextOf } from '../support/control.ts'
import { suite } from '../support/suite.ts'
import { Container } from './support/container.ts'
import { Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { writeOperations } from './support/write.ts'

const test = suite('fail2ban at work, with few rights')

for (const release of releases) {
  test(`${release}: bans after the set number of failures that root's sshd logged, after its log was rotated, after a start that failed`, async () => {
    const root = scratch(debianRoot(release, 'full'))
    const network = new Network()
    const jails = { sshd: { maxretry: 3, findtime: '10m', bantime: -1 } }
    const wanted = {
      profile: 'strict' as const,
      fail2ban: { enabled: true, ignoreip: ['192.0.2.9'], mail: false, defaults: {}, jails },
    }
    writeOperations(root, fail2ban.compile(contextOf(wanted, { release })).operations)
    mkdirSync(join(root, 'usr/local/bin'), { recursive: true })
    writeFileSync(join(root, 'usr/local/bin/fails'), FAILS, { mode: 0o755 })
    writeFileSync(join(root, ENDS), ENDS_ONCE, { mode: 0o755 })
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
      // The address is named as banned before the action has told the packet filter.
      await container.until('the filter', 30, () =>
        container.attempt(['nft', 'list', 'table', 'inet', 'f2b-table']).stdout.includes('192.0.2.6'),
      )

      container.run(['logrotate', '--force', '/etc/logrotate.d/fail2ban'])
      container.run(['fails', '192.0.2.7', '1'])
      await container.until('the ban after rotation', 30, () => banned().includes('192.0.2.7'))
      assert.match(readFileSync(join(root, 'var/log/fail2ban.log'), 'utf8'), /Ban 192\.0\.2\.7/)

      container.run(['sh', '-c', `printf '[Service]\nExecStart=\nExecStart=%s\n' ${ENDS} >/run/ends.conf`])
      container.run(['mkdir', '-p', '/run/systemd/system/fail2ban.service.d'])
      container.run(['mv', '/run/ends.conf', '/run/systemd/system/fail2ban.service.d/zz-ends.conf'])
      container.run(['systemctl', 'daemon-reload'])
      container.run(['systemctl', 'restart', 'fail2ban'])
      await container.until(
        'the end',
        10,
        () => container.attempt(['test', '-e', '/var/lib/fail2ban/ended']).status === 0,
      )
      await container.until('the start after it', 40, () => banned().includes('192.0.2.7'))
      assert.is(container.run(['systemctl', 'show', '--property=NRestarts', '--value', 'fail2ban']), '1\n')
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

const ENDS = '/usr/local/bin/fail2ban-ends-once'

/** fail2ban, which ends the first time as it does when the clock is set while it starts. */
const ENDS_ONCE = `#!/bin/sh
[ -e /var/lib/fail2ban/ended ] || { : >/var/lib/fail2ban/ended; exit 255; }
exec /usr/bin/fail2ban-server -xf start
`
