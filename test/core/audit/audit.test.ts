import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import { audit } from '../../../src/core/audit/audit.ts'
import { compared } from '../../../src/core/audit/compare.ts'
import { rules } from '../../../src/core/audit/rules.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../src/sample/behaviours.ts'
import { planOf } from '../../support/plan.ts'
import { smallSpec, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import type { Planted } from '../access/readers/device.ts'
import { account, faults, found, HASHED, imageOf, planted, short, ssh, starts } from './faults.ts'

const test = suite('audit')

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  const before = new Set(found(imageOf(behaviour)).map((one) => JSON.stringify(one)))
  for (const [title, what, ...expected] of faults) {
    test(`${behaviour}: ${title}`, () => {
      const added = found(planted(imageOf(behaviour), what)).filter((one) => !before.has(JSON.stringify(one)))
      assert.equal(added.map(short).sort(), [...expected].sort())
    })
  }
}

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: what pibake has worked on has nothing above low`, () => {
    for (const profile of ['standard', 'strict', 'cis']) {
      const image = imageOf(behaviour)
      applyToMemory(image, planOf({ ...smallSpec(), profile }, { behaviour }).operations)
      const above = found(image).filter(({ level }) => level !== 'low')
      assert.equal(above.map(short), [], profile)
    }
  })
}

test('behind a packet filter that lets in one port of UDP, that one is found; what docker forwards is found anyway', () => {
  const image = planted(imageOf('trixie-2026'), {
    ...starts('chrony.service'),
    ...starts('tftpd-hpa.service'),
    ...starts('docker.service'),
    ...starts('nftables.service'),
    '/etc/chrony/chrony.conf': 'allow\n',
    '/var/lib/docker/containers/a/hostconfig.json':
      '{"RestartPolicy":{"Name":"always"},"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]}}',
    '/etc/nftables.conf':
      'table inet filter {\n chain input {\n  type filter hook input priority 0; policy drop;\n  ct state established accept\n  udp dport 69 accept\n  tcp dport 123 accept\n }\n}\n',
  })
  const listeners = found(image).filter(({ rule }) => rule === 'listener')
  assert.equal(listeners.map(({ subject }) => subject).sort(), ['docker.service 8080/tcp', 'tftpd-hpa.service 69/udp'])
})

test('of two places of one kind, the one that is closed is said', () => {
  const shell = (name: string): Planted => ({ [`/usr/local/bin/${name}`]: { text: '\u007fELF', mode: 0o4755 } })
  const both = planted(imageOf('trixie-2026'), { ...shell('bash'), ...shell('dash') })
  const one = planted(imageOf('trixie-2026'), shell('bash'))
  const { closed, added } = compared(found(both), found(one))
  assert.equal(closed.map(short), ['root-way /usr/local/bin/dash'])
  assert.equal(added, [])
})

test('folders for all: what lacks is said, what is closed is not', () => {
  const image = imageOf('trixie-2026')
  const said = () => found(image).filter(({ rule }) => rule === 'mount-options')
  const [before] = said()
  assert.is(
    before?.because,
    '/tmp without nodev, nosuid, noexec; /var/tmp without nodev, nosuid, noexec; /dev/shm without noexec',
  )
  applyToMemory(image, planOf({ ...smallSpec(), profile: 'cis' }, { behaviour: 'trixie-2026' }).operations)
  assert.equal(said(), [])
})

test('the text of a private file is said nowhere', () => {
  const image = planted(imageOf('trixie-2026'), {
    ...ssh,
    ...account(HASHED),
    'boot:/userconf.txt': `pi:${HASHED}\n`,
    '/root/.netrc': 'password hunter2hunter2\n',
  })
  const said = JSON.stringify(found(image))
  for (const word of [HASHED, 'hunter2hunter2', HASHED.split('$').at(-1) as string]) assert.not.ok(said.includes(word))
})

test('--deep: a file that is not as its package brought it', () => {
  const image = planted(imageOf('trixie-2026'), {
    '/usr/bin/kit': 'changed',
    '/usr/bin/kept': 'kept',
    '/var/lib/dpkg/info/kit.md5sums': `${'0'.repeat(32)}  usr/bin/kit\n${md5('kept')}  usr/bin/kept\n${'0'.repeat(32)}  usr/bin/gone\n`,
  })
  const isLookedAt = { allowBooted: true, isLookedAt: true }
  const deep = audit(inspect(image, isLookedAt), { isDeep: true, today: TODAY }).findings
  assert.equal(
    deep.filter(({ rule }) => rule === 'changed-file').map(({ subject, because }) => [subject, because]),
    [['/usr/bin/kit', 'it is not as kit brought it']],
  )
})

test('known vulnerabilities: one finding a source package, of those that an upgrade closes', () => {
  const known = [
    { id: 'CVE-1', source: 'openssl', fixed: '3.5.1-1' },
    { id: 'CVE-2', source: 'openssl', fixed: '3.5.2-1' },
    { id: 'CVE-3', source: 'bash', fixed: undefined },
  ]
  const { findings } = audit(inspect(imageOf('trixie-2026'), { allowBooted: true }), { known, today: TODAY })
  assert.equal(
    findings.filter(({ rule }) => rule === 'vulnerable').map(({ because }) => because),
    ['openssl has CVE-1 (fixed in 3.5.1-1), CVE-2 (fixed in 3.5.2-1)'],
  )
})

test('another system on the same Debian is audited, and still refused by everything else', () => {
  const debian = (more: Planted = {}) =>
    planted(imageOf('trixie-2026'), {
      '/etc/os-release': 'PRETTY_NAME="Kit OS 3"\nID=kitos\nID_LIKE=debian\nVERSION_CODENAME=trixie\n',
      ...more,
    })
  assert.throws(() => inspect(debian(), { allowBooted: true }), /is Kit OS 3, not Raspberry Pi OS/)
  const inventory = inspect(
    debian({ ...account(HASHED), '/etc/sudoers.d/eve': { text: 'eve ALL=(ALL) NOPASSWD: ALL\n', mode: 0o440 } }),
    { allowBooted: true, isLookedAt: true },
  )
  assert.is(inventory.other, 'Kit OS 3')
  const shorts = audit(inventory, { today: TODAY }).findings.map(short)
  assert.ok(shorts.includes('root-unasked /etc/sudoers.d/eve:1'), shorts.join('\n'))
  const dietpi = inspect(planted(imageOf('trixie-2026'), { '/boot/dietpi/x': '' }), {
    allowBooted: true,
    isLookedAt: true,
  })
  assert.is(dietpi.other, 'DietPi')
  const old = planted(imageOf('trixie-2026'), { '/etc/os-release': 'ID=debian\nVERSION_CODENAME=bullseye\n' })
  assert.throws(() => inspect(old, { allowBooted: true, isLookedAt: true }), /which pibake does not know/)
})

test('every rule is found by one of the faults, or in the stock image', () => {
  const seen = new Set([
    ...found(imageOf('bookworm-2025')).map(({ rule }) => rule as string),
    ...faults.flatMap(([, , ...expected]) => expected.map((one) => one.split(' ')[0] as string)),
  ])
  assert.equal(
    Object.keys(rules).filter((rule) => !seen.has(rule)),
    ['vulnerable', 'changed-file'],
  )
})
