import * as assert from 'uvu/assert'
import { fail2ban } from '../../../src/core/controls/fail2ban.ts'
import { fail2banStandIns } from '../../../src/core/controls/fail2ban-stand-ins.ts'
import { startOf } from '../../../src/device/fail2ban/starts.ts'
import type { Release } from '../../../src/device/inspect/inventory.ts'
import { contextOf, written } from '../../support/control.ts'
import { cases, type Planted } from '../../support/fail2ban-cases.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

/** The same cases are judged by fail2ban itself in `test/system/fail2ban-start.test.ts`. */
const test = suite('whether fail2ban starts')

function started(release: Release, planted: Planted) {
  const wanted = { fail2ban: { enabled: true, ignoreip: [], mail: false, defaults: {}, jails: {} } }
  const part = fail2ban.compile(contextOf(wanted, { release }))
  const ours = ['/etc/fail2ban/jail.local', '/etc/fail2ban/fail2ban.local']
  const root = memoryTree({
    '/var/lib/dpkg/': null,
    '/var/log/fail2ban.log': '',
    ...Object.fromEntries(ours.map((path) => [path, written(part, path)])),
    ...planted,
  })
  return startOf({ root, release, standIns: fail2banStandIns(release), madeLater: () => false })
}

/** They depend on what is in the package's own filters. */
const NEEDS_PACKAGE = ['a filter with its include', 'a filter with a reference to nothing']

for (const release of ['bookworm', 'trixie'] as const) {
  for (const [title, { planted, fails, failsOn = release, skips }] of Object.entries(cases)) {
    if (NEEDS_PACKAGE.includes(title)) continue
    test(`${release}: ${title}`, () => {
      const { failure, missing, skipped, jails } = started(release, planted)
      const says = [...missing, failure].find((fault) => fault !== undefined)
      const words = fails !== undefined && failsOn === release ? fails : undefined
      if (words === undefined) assert.is(says?.message, undefined)
      else assert.ok(says?.message.startsWith(words), says?.message ?? 'it starts')
      assert.is(jails.length > 0, words === undefined)
      if (words === undefined) assert.is(skipped[0]?.message.slice(0, skips?.length ?? 0), skips)
    })
  }
}

test('a fault names its line', () => {
  const at = (planted: Planted) => started('trixie', planted).failure?.at
  assert.equal(at({ '/etc/fail2ban/jail.d/a.conf': '# mine\n\nenabled = true\n' }), {
    file: '/etc/fail2ban/jail.d/a.conf',
    line: 3,
  })
  const { file, line } = at({ '/etc/fail2ban/jail.d/a.local': '[sshd]\n\nbantime = forever\n' }) ?? {}
  assert.equal([file, line], ['/etc/fail2ban/jail.d/a.local', 3])
})
