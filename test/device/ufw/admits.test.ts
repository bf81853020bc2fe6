import * as assert from 'uvu/assert'
import { type Part, spelled } from '../../../src/device/net/reach.ts'
import { type Admission, admits } from '../../../src/device/ufw/admits.ts'
import { compileRules } from '../../../src/device/ufw/compile.ts'
import type { Policy } from '../../../src/device/ufw/policy.ts'
import { suite } from '../../support/suite.ts'
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

/** Where all comes through any interface. */
function fromOf({ reach }: Admission): 'everywhere' | readonly string[] {
  if (reach.length === 0) return []
  assert.is(reach.length, 1)
  const { from, except, interfaces } = spelled(reach[0] as Part)
  assert.equal([except, interfaces], [[], undefined])
  return from
}

const cases: readonly (readonly [title: string, rules: string[], from: 'everywhere' | readonly string[]])[] = [
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
  ['IPv6 network', ['allow from 2001:db8::/33', 'allow from 2001:db8:8000::/33'], ['2001:db8::/32']],
  ['a mask with holes is not counted as open', ['allow from 192.0.2.0/255.0.255.0'], []],
  ['a denied mask with holes takes all it touches', ['deny from 192.0.2.0/255.0.255.0', 'allow from 192.7.2.0/24'], []],
]

for (const [title, rules, from] of cases) {
  test(title, () => assert.equal(fromOf(ssh(rules)), from))
}

test('the policy lets the rest through, a denial comes first', () => {
  assert.is(fromOf(ssh([], 'allow')), 'everywhere')
  assert.equal(fromOf(ssh(['deny 22/tcp'], 'allow')), [])
  assert.equal(fromOf(ssh(['reject from 0.0.0.0/1', 'deny from ::/0'], 'allow')), ['128.0.0.0/1'])
  assert.equal(fromOf(ssh([], 'reject')), [])
})

test('limited only where a limit rule is what accepts', () => {
  assert.is(ssh(['limit ssh/tcp']).limited, true)
  assert.is(ssh(['allow ssh', 'limit 22']).limited, false)
})

test('interfaces are named when the way in depends on them', () => {
  const parts = (rules: string[], policy?: Policy) => ssh(rules, policy).reach.map(spelled)
  const everywhere = { from: 'everywhere', except: [] }
  const eth0 = 'allow in on eth0 to any port 22 proto tcp'
  assert.equal(parts([eth0]), [{ ...everywhere, interfaces: ['eth0'], exceptInterfaces: [] }])
  assert.equal(parts([eth0, 'allow in on wlan0 to any port 22']), [
    { ...everywhere, interfaces: ['eth0', 'wlan0'], exceptInterfaces: [] },
  ])
  assert.equal(parts(['deny in on wlan0', 'allow 22/tcp']), [
    { ...everywhere, interfaces: undefined, exceptInterfaces: ['wlan0'] },
  ])
  assert.equal(parts(['allow in on eth0 from 192.0.2.0/24', 'allow from 10.0.0.0/8']), [
    { from: ['10.0.0.0/8'], except: [], interfaces: undefined, exceptInterfaces: [] },
    { from: ['10.0.0.0/8', '192.0.2.0/24'], except: [], interfaces: ['eth0'], exceptInterfaces: [] },
  ])
  assert.equal(parts(['deny in on eth+', 'allow in on eth0']), [])
})

test('outgoing connections ask for the remote end', () => {
  const { lists } = compileRules(['allow out to 192.0.2.53 port 53', 'allow out 443/tcp'], allNames)
  const out = (port: number) => admits(lists, 'deny', { direction: 'out', protocol: 'tcp', port })
  assert.equal(fromOf(out(53)), ['192.0.2.53'])
  assert.is(fromOf(out(443)), 'everywhere')
  assert.equal(fromOf(out(80)), [])
})
