import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { EncodeError } from '../../src/base/encode/encode.ts'
import { ini } from '../../src/base/encode/ini.ts'
import { fail2ban } from '../../src/core/controls/fail2ban.ts'
import { fail2banStock } from '../../src/core/controls/fail2ban-stock.ts'
import type { Spec } from '../../src/core/spec-file/spec.ts'
import { contextOf, quiet } from '../support/control.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { writeOperations } from './support/write.ts'

const test = suite('fail2ban as fail2ban reads it')

/** As sshd words what strangers do. */
const ATTEMPTS = [
  'Invalid user pi from ADDRESS port 50000',
  'User root from ADDRESS not allowed because not listed in AllowUsers',
  'Disconnected from authenticating user alice ADDRESS port 50000 [preauth]',
  'Received disconnect from ADDRESS port 50000:14: No supported authentication methods available [preauth]',
  'error: maximum authentication attempts exceeded for alice from ADDRESS port 50000 ssh2 [preauth]',
  'Unable to negotiate with ADDRESS port 50000: no matching key exchange method found. Their offer: x [preauth]',
]

/** As sshd words what a slow network, a question that nobody answers and a look at the port leave. */
const BROKEN_OFF = [
  'Connection closed by ADDRESS port 50000',
  'Connection closed by ADDRESS port 50000 [preauth]',
  'Connection reset by ADDRESS port 50000 [preauth]',
  'Connection closed by authenticating user alice ADDRESS port 50000 [preauth]',
  'error: kex_exchange_identification: Connection closed by remote host',
  'fatal: Timeout before authentication for ADDRESS port 50000',
]

for (const release of releases) {
  let root: string
  test.before(() => {
    root = scratch(debianRoot(release, 'full'))
    // As on Raspberry Pi OS: no rsyslog, so no auth.log.
    rmSync(join(root, 'var/log/auth.log'), { force: true })
  })
  test.after(() => discard(root))

  const write = (jails: Spec['fail2ban']['jails'], spec: Partial<Spec> = {}) => {
    const wanted = {
      fail2ban: { enabled: true, ignoreip: ['192.0.2.0/24'], mail: false, defaults: {}, jails },
      ...spec,
    }
    const part = fail2ban.compile(contextOf(wanted, { release }))
    assert.equal(part.problems, [])
    writeOperations(root, part.operations)
  }

  test(`${release}: what the spec sets for every jail holds for sshd, and for none that says otherwise`, () => {
    const defaults = { bantime: '2h', maxretry: 7 }
    const spec = { fail2ban: { enabled: true, ignoreip: [], mail: false, defaults, jails: { sshd: { maxretry: 4 } } } }
    writeOperations(root, fail2ban.compile(contextOf(spec, { release })).operations)
    const dump = runIn(root, ['fail2ban-client', '--dp'])
    for (const [jail, setting, value] of [
      ['sshd', 'bantime', '2h'],
      ['sshd', 'maxretry', '4'],
      ['recidive', 'bantime', '1w'],
    ]) {
      assert.match(dump, new RegExp(`'${jail}', '${setting}', '?${value}'?\\]`), `${jail} ${setting}`)
    }
  })

  test(`${release}: the stock configuration does not work here on bookworm, ours does on both`, () => {
    for (const file of ['jail.local', 'fail2ban.local']) rmSync(join(root, 'etc/fail2ban', file), { force: true })
    assert.is(attemptIn(root, ['fail2ban-client', '-t']).status, release === 'bookworm' ? 255 : 0)
    write({ sshd: { maxretry: 3, findtime: '10m', bantime: -1 } })
    const checked = attemptIn(root, ['fail2ban-client', '-t'])
    assert.is(checked.status, 0, checked.stderr)
    assert.not.match(checked.stderr + checked.stdout, /WARNING|ERROR/)
  })

  test(`${release}: every value is in force`, () => {
    write({ sshd: { maxretry: 3, findtime: '10m', bantime: -1 } }, { ssh: { ...quiet.ssh, port: 2222 } })
    const dump = runIn(root, ['fail2ban-client', '-d'])
    for (const line of [
      "['set', 'allowipv6', 'auto']",
      "['set', 'dbpurgeage', '8d']",
      "['set', 'logtarget', '/var/log/fail2ban.log']",
      "['add', 'sshd', 'systemd']",
      "['set', 'sshd', 'maxretry', 3]",
      "['set', 'sshd', 'findtime', '10m']",
      "['set', 'sshd', 'bantime', '-1']",
      "['set', 'sshd', 'addignoreip', '127.0.0.1/8', '::1', '192.0.2.0/24']",
      "['set', 'sshd', 'addjournalmatch', 'SYSLOG_IDENTIFIER=sshd', '_UID=0', '+', 'SYSLOG_IDENTIFIER=sshd-session', '_UID=0']",
      "['set', 'sshd', 'addaction', 'nftables']",
      "['add', 'recidive', 'auto']",
      "['set', 'recidive', 'bantime', '1w']",
      "['set', 'recidive', 'addlogpath', '/var/log/fail2ban.log', 'head']",
      "['start', 'sshd']",
      "['start', 'recidive']",
    ]) {
      assert.ok(dump.includes(line), `${line}\n${dump}`)
    }
    assert.match(dump, /'multi-set', 'sshd', 'action', 'nftables'.*\['port', '2222'\]/s)
    assert.not.match(dump, /auth\.log/)
  })

  test(`${release}: attempts count, and connections that break off before one do not`, () => {
    write({ sshd: { maxretry: 3, findtime: '10m', bantime: -1 } })
    const [, mode] = /^mode = (\S+)$/m.exec(runIn(root, ['cat', '/etc/fail2ban/jail.local'])) ?? []
    const log = [...ATTEMPTS, ...BROKEN_OFF].map(
      (text, i) => `Nov 25 23:00:00 kit sshd[${i}]: ${text.replaceAll('ADDRESS', `192.0.2.${i}`)}\n`,
    )
    writeFileSync(join(root, 'root/log'), log.join(''))
    const counted = runIn(root, ['fail2ban-regex', '--out=ip', '/root/log', `sshd[mode=${mode}]`])
    assert.equal(
      counted.trim().split('\n'),
      ATTEMPTS.map((_, i) => `192.0.2.${i}`),
    )
  })

  test(`${release}: the table of what the package brings is what the package brings`, () => {
    const stock = fail2banStock(release)
    const names = (folder: string) =>
      runIn(root, ['sh', '-c', `cd /etc/fail2ban/${folder} && grep -l '^\\[Definition\\]' *.conf`])
        .split('\n')
        .filter((name) => name !== '' && !name.includes('common'))
        .map((name) => name.replace(/\.conf$/, ''))
        .sort()
    assert.equal([...stock.filters].sort(), names('filter.d'))
    const actions = names('action.d')
    for (const action of stock.actions) assert.ok(actions.includes(action), action)
    const jails = runIn(root, ['sh', '-c', "sed -n 's/^\\[\\(.*\\)\\]$/\\1/p' /etc/fail2ban/jail.conf"])
      .trim()
      .split('\n')
    assert.equal(Object.keys(stock.jails).sort(), jails.filter((name) => !/^(INCLUDES|DEFAULT)$/.test(name)).sort())
  })

  test(`${release}: no value leaves its line, or means another than it says`, () => {
    const values = encodable(2000)
    const path = join(root, 'etc/fail2ban/probe.local')
    // Python's own parser with fail2ban's own settings reads them back, each in a section of its own.
    writeFileSync(path, values.map((value, i) => `[s${i}]\nkey = ${ini(value)}\nafter = untouched\n`).join('\n'))
    const read = JSON.parse(runIn(root, ['python3', '-c', READ_BACK]))
    assert.equal(
      read,
      values.map((value) => ({ key: value, after: 'untouched' })),
    )
  })
}

/** So many values that the encoder lets through, of the characters that could do harm. */
function encodable(count: number): string[] {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '=',
    ':',
    '#',
    ';',
    '[',
    ']',
    '"',
    "'",
    '\\',
    '%',
    '$',
    '(',
    ')s',
    '\t',
    '\n',
    '<x>',
    'é',
    '-',
  )
  const all = fc.sample(fc.array(piece, { minLength: 1, maxLength: 12 }), { numRuns: count * 4, seed: 1 })
  const passed = all.map((pieces) => pieces.join('')).filter((value) => passes(value))
  assert.ok(passed.length > count / 2, `only ${passed.length} values`)
  return passed.slice(0, count)
}

function passes(value: string): boolean {
  try {
    ini(value)
    return true
  } catch (error) {
    if (error instanceof EncodeError) return false
    throw error
  }
}

const READ_BACK = `
import json
from fail2ban.client.configparserinc import SafeConfigParserWithIncludes
parser = SafeConfigParserWithIncludes()
parser.read(['/etc/fail2ban/probe.local'], get_includes=False)
print(json.dumps([dict((k, parser.get(s, k)) for k in parser.options(s)) for s in parser.sections()]))
`
