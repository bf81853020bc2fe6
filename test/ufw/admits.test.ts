import * as assert from 'uvu/assert'
import type { Policy } from '../../src/spec/spec.ts'
import { type Admission, admits } from '../../src/ufw/admits.ts'
import { compileRules } from '../../src/ufw/compile.ts'
import { suite } from '../support/suite.ts'
import { allNames } from './firewall.ts'

const test = suite('ufw: who gets through')

function ssh(rules: readonly string[], policy: Policy = 'deny', port = 22): Admission {
  const { lists, problems } = compileRules(rules, allNames)
  assert.equal(
    problems.filter((problem) => problem.severity === 'error'),
    [],
  )
  return admits(lists, policy, { direction: 'in', protocol: 'tcp', port })
}

const cases: readonly (readonly [title: string, rules: string[], from: Admission['from']])[] = [
  ['nothing is open by itself', [], []],
  ['a port for all', ['allow 22/tcp'], 'everywhere'],
  ['the protocol counts', ['allow 22/udp'], []],
  ['another port does not', ['allow 2222/tcp'], []],
  ['ranges and lists hold it', ['allow 20:25,80/tcp'], 'everywhere'],
  ['a service name', ['allow ssh'], 'everywhere'],
  ['a profile', ['allow OpenSSH'], 'everywhere'],
  ['one network', ['allow from 192.0.2.0/24 to any port 22 proto tcp'], ['192.0.2.0/24']],
  ['IPv4 alone', ['allow from 0.0.0.0/0 to any port 22'], ['0.0.0.0/0']],
  ['both worlds, one by one', ['allow from 0.0.0.0/0 to any', 'allow from ::/0 to any'], 'everywhere'],
  ['the first match decides: denied first', ['deny 22/tcp', 'allow from 192.0.2.0/24 to any port 22 proto tcp'], []],
  ['the first match decides: allowed first', ['allow 22/tcp', 'deny from 192.0.2.0/24'], 'everywhere'],
  [
    'a hole in a network',
    ['deny from 192.0.2.64/26', 'allow from 192.0.2.0/24 to any port 22'],
    ['192.0.2.0/26', '192.0.2.128/25'],
  ],
  ['a smaller network inside a denied one', ['allow from 192.0.2.7', 'deny from 192.0.2.0/24'], ['192.0.2.7']],
  ['outgoing and routed rules do not count', ['allow out 22/tcp', 'route allow 22/tcp'], []],
  ['a source port no client uses', ['allow from any port 22 to any port 22 proto tcp'], []],
  ['any high source port', ['allow from any port 1024:65535 to any port 22 proto tcp'], 'everywhere'],
  ['the loopback interface lets nobody in', ['allow in on lo'], []],
  ['an address of its own', ['allow to 192.0.2.1 port 22 proto tcp'], ['0.0.0.0/0']],
  ['prepended denial', ['allow 22/tcp', 'prepend deny 22'], []],
  [
    'IPv6 network',
    ['allow from 2001:db8::/33', 'allow from 2001:db8:8000::/33'],
    ['2001:db8:8000::/33', '2001:db8::/33'],
  ],
  ['a mask with holes is not counted as open', ['allow from 192.0.2.0/255.0.255.0'], []],
  ['a denied mask with holes takes all it touches', ['deny from 192.0.2.0/255.0.255.0', 'allow from 192.7.2.0/24'], []],
]

for (const [title, rules, from] of cases) {
  test(title, () => assert.equal(ssh(rules).from, from))
}

test('the policy lets the rest through, a denial comes first', () => {
  assert.is(ssh([], 'allow').from, 'everywhere')
  assert.equal(ssh(['deny 22/tcp'], 'allow').from, [])
  assert.equal(ssh(['reject from 0.0.0.0/1', 'deny from ::/0'], 'allow').from, ['128.0.0.0/1'])
  assert.equal(ssh([], 'reject').from, [])
})

test('limited only where a limit rule is what accepts', () => {
  assert.is(ssh(['limit ssh/tcp']).limited, true)
  assert.is(ssh(['allow ssh', 'limit 22']).limited, false)
})

test('interfaces are named when the way in depends on them', () => {
  assert.equal(ssh(['allow in on eth0 to any port 22 proto tcp']), {
    from: 'everywhere',
    limited: false,
    interfaces: ['eth0'],
  })
  assert.is(ssh(['deny in on wlan0', 'allow 22/tcp']).interfaces, undefined)
  assert.equal(ssh(['deny in on eth+', 'allow in on eth0']).from, [])
})

test('outgoing connections ask for the remote end', () => {
  const { lists } = compileRules(['allow out to 192.0.2.53 port 53', 'allow out 443/tcp'], allNames)
  const out = (port: number) => admits(lists, 'deny', { direction: 'out', protocol: 'tcp', port }).from
  assert.equal(out(53), ['192.0.2.53'])
  assert.is(out(443), 'everywhere')
  assert.equal(out(80), [])
})
