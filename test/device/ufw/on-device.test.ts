import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { type Reach, shared, spelled } from '../../../src/device/net/reach.ts'
import { admitted } from '../../../src/device/netfilter/admitted.ts'
import { admits } from '../../../src/device/ufw/admits.ts'
import { compileRules } from '../../../src/device/ufw/compile.ts'
import { ufwOnDevice } from '../../../src/device/ufw/on-device.ts'
import type { Firewall, Policy } from '../../../src/device/ufw/policy.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'
import { allNames, firewall, ours } from './firewall.ts'

const test = suite('ufw: read from the device')

const STATE = { isNew: true, isSwitchedOn: true, isStarted: true }

/** What pibake writes, read as the device will. */
function reread(wanted: Firewall, changes: Readonly<Record<string, string>> = {}) {
  const { files } = ours(wanted)
  const tree = memoryTree({
    '/etc/ufw/user.rules': files['user.rules'],
    '/etc/ufw/user6.rules': files['user6.rules'],
    '/etc/ufw/ufw.conf': files['ufw.conf'],
    '/etc/default/ufw': files.defaults,
    ...changes,
  })
  const ufw = ufwOnDevice(tree, STATE)
  assert.ok(ufw)
  return { ...ufw, ...admitted(ufw?.hooked ?? [], 22) }
}

const words = (reach: Reach) => reach.map(spelled)

const policy = fc.constantFrom<Policy>('allow', 'deny', 'reject')
const network = fc.constantFrom(
  '',
  'from 192.0.2.0/24',
  'from 192.0.2.64/26',
  'from 10.0.0.0/8',
  'from 2001:db8::/32',
  'from 0.0.0.0/0',
)
const rule = fc
  .tuple(
    fc.constantFrom('allow', 'deny', 'reject', 'limit', 'prepend allow', 'prepend deny', 'insert 1 deny'),
    fc.constantFrom('', 'in', 'in on eth0', 'in on wlan0', 'in on eth+', 'out', 'out on eth0'),
    fc.constantFrom('', 'log', 'log-all'),
    fc.oneof(
      fc
        .tuple(
          network,
          fc.constantFrom(
            'to any port 22',
            'to any port 20:30 proto tcp',
            'to any',
            'to any port 80,22 proto tcp',
            'to any port 22 proto udp',
          ),
        )
        .map((parts) => parts.join(' ')),
      fc.constantFrom('22', 'ssh', '22/tcp', 'OpenSSH', '80', "'WWW Full'"),
    ),
  )
  .filter(([, way, , what]) => !/ on /.test(way) || / to |^to /.test(what))
  .map((parts) => parts.join(' '))

test('what pibake writes is read as the rules that it was made of', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 7 }), policy, (rules, incoming) => {
      const { lists, problems } = compileRules(rules, allNames)
      fc.pre(problems.every(({ severity }) => severity !== 'error'))
      const { hooked, refused, unclear } = reread(firewall({ rules, incoming, logging: 'full' }))
      assert.equal([refused, unclear], [[], []])
      for (const protocol of ['tcp', 'udp'] as const) {
        const { reach, doubts } = admitted(hooked, 22, protocol)
        assert.equal(doubts, [], protocol)
        const { reach: wanted } = admits(lists, incoming, { direction: 'in', protocol, port: 22 })
        assert.equal(words(reach), words(wanted), protocol)
      }
    }),
    { numRuns: 300 },
  )
})

const stated = (text: string) => ({ '/etc/ufw/user.rules': text, '/etc/ufw/user6.rules': '' })
const ruleFile = (...lines: readonly string[]) =>
  stated(
    [
      '*filter',
      ':ufw-user-input -',
      ':ufw-user-limit-accept -',
      '-A ufw-user-limit-accept -j ACCEPT',
      ...lines,
      'COMMIT',
      '',
    ].join('\n'),
  )

const states: readonly (readonly [
  title: string,
  changes: Record<string, string>,
  from: unknown,
  possible?: unknown,
])[] = [
  ['emptied rules', { '/etc/ufw/user.rules': '', '/etc/ufw/user6.rules': '' }, []],
  ['rules without COMMIT', stated('*filter\n:ufw-user-input -\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n'), []],
  ['a rule of a chain that is not there', ruleFile('-A ufw-user-inputt -j ACCEPT'), []],
  ['one port', ruleFile('-A ufw-user-input -p tcp --dport 22 -j ACCEPT'), ['0.0.0.0/0']],
  ['another port', ruleFile('-A ufw-user-input -p tcp --dport 23 -j ACCEPT'), []],
  [
    'all but a network',
    ruleFile('-A ufw-user-input -p tcp ! -s 10.0.0.0/8 --dport ssh -j ACCEPT'),
    [{ from: ['0.0.0.0/0'], except: ['10.0.0.0/8'] }],
  ],
  [
    'a range of addresses',
    ruleFile('-A ufw-user-input -m iprange --src-range 10.0.0.2-10.0.0.5 -j ACCEPT'),
    ['10.0.0.2/31', '10.0.0.4/31'],
  ],
  ['replies only', ruleFile('-A ufw-user-input -m state --state ESTABLISHED -j ACCEPT'), []],
  [
    'a hardware address',
    ruleFile('-A ufw-user-input -m mac --mac-source 00:11:22:33:44:55 -j ACCEPT'),
    [],
    ['0.0.0.0/0'],
  ],
  [
    'an address of the device',
    ruleFile('-A ufw-user-input -d 192.0.2.1 -p tcp --dport 22 -j ACCEPT'),
    [],
    ['0.0.0.0/0'],
  ],
  [
    'port knocking',
    ruleFile('-A ufw-user-input -p tcp --dport 22 -m recent --rcheck --name knock -j ACCEPT'),
    [],
    ['0.0.0.0/0'],
  ],
  [
    'a limit',
    ruleFile(
      '-A ufw-user-input -p tcp --dport 22 -m recent --set',
      '-A ufw-user-input -p tcp --dport 22 -m recent --update --seconds 30 --hitcount 6 -j DROP',
      '-A ufw-user-input -p tcp --dport 22 -j ufw-user-limit-accept',
    ),
    ['0.0.0.0/0'],
  ],
  [
    'first dropped by what is not known',
    ruleFile('-A ufw-user-input -m set --match-set bad src -j DROP', '-A ufw-user-input -p tcp --dport 22 -j ACCEPT'),
    [],
    ['0.0.0.0/0'],
  ],
  [
    'a user rule for one network where another is dropped by what is not known',
    ruleFile(
      '-A ufw-user-input -s 10.0.0.0/8 -m geoip --src-cc XX -j DROP',
      '-A ufw-user-input -p tcp --dport 22 -j ACCEPT',
    ),
    [{ from: ['0.0.0.0/0'], except: ['10.0.0.0/8'] }],
    ['0.0.0.0/0'],
  ],
  [
    'no IPv6',
    { '/etc/default/ufw': 'IPV6=no\nDEFAULT_INPUT_POLICY="ACCEPT"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n' },
    ['0.0.0.0/0'],
  ],
  [
    'replies are dropped',
    {
      '/etc/default/ufw': 'IPV6=no\nDEFAULT_INPUT_POLICY="ACCEPT"\nDEFAULT_OUTPUT_POLICY="DROP"\n',
      '/etc/ufw/before.rules': '*filter\nCOMMIT\n',
    },
    [],
  ],
  [
    'dropped before the rules',
    {
      '/etc/ufw/before.rules': '*filter\n-A ufw-before-input -p tcp --dport 22 -j DROP\nCOMMIT\n',
      '/etc/ufw/before6.rules': '*filter\n-A ufw6-before-input -s 2001:db8::/32 -j DROP\nCOMMIT\n',
    },
    [{ from: ['::/0'], except: ['2001:db8::/32'] }],
  ],
  [
    'accepted before the rules',
    { ...ruleFile(), '/etc/ufw/before.rules': '*filter\n-A ufw-before-input -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n' },
    ['10.0.0.0/8'],
  ],
  [
    'addresses are translated on the way out',
    {
      '/etc/ufw/before.rules':
        '*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE\nCOMMIT\n*filter\nCOMMIT\n',
    },
    'everywhere',
  ],
  [
    'the port is sent elsewhere',
    {
      '/etc/ufw/before.rules':
        '*nat\n-A PREROUTING -p tcp --dport 22 -j DNAT --to-destination 10.8.0.2\nCOMMIT\n*filter\nCOMMIT\n',
    },
    ['::/0'],
    'everywhere',
  ],
  [
    'another port is sent elsewhere',
    {
      '/etc/ufw/before.rules':
        '*nat\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.8.0.2\nCOMMIT\n*filter\nCOMMIT\n',
    },
    'everywhere',
  ],
]

const short = (reach: Reach) => {
  const [one, more] = reach.map(spelled)
  assert.is(more, undefined)
  return one === undefined ? [] : one.except.length === 0 ? one.from : [{ from: one.from, except: one.except }]
}

for (const [title, changes, from, possible = from] of states) {
  test(title, () => {
    const found = reread(firewall({ rules: ['allow 22/tcp'] }), changes)
    assert.equal([short(found.reach), short(found.possible)], [from, possible])
    assert.is(found.doubts.length > 0, JSON.stringify(from) !== JSON.stringify(possible))
  })
}

test('an interface is one of those that let it through', () => {
  const { reach } = reread(firewall(), ruleFile('-A ufw-user-input -i eth0 -p tcp --dport 22 -j ACCEPT'))
  assert.equal(
    reach.map(({ through }) => through),
    [{ only: true, names: ['eth0'] }],
  )
  assert.equal(shared(reach, reach), reach)
})

test('off: not enabled, not started, its files missing, or as new as the package', () => {
  const files = (enabled: string) => ({
    '/etc/ufw/ufw.conf': `ENABLED=${enabled}\n`,
    '/etc/default/ufw': 'IPV6=yes\nDEFAULT_INPUT_POLICY=DROP\nDEFAULT_OUTPUT_POLICY=ACCEPT\n',
  })
  const own = { isNew: false, isSwitchedOn: false, isStarted: true }
  assert.ok(ufwOnDevice(memoryTree(files('yes')), own))
  assert.is(ufwOnDevice(memoryTree(files('no')), own), undefined)
  assert.is(ufwOnDevice(memoryTree(files('yes')), { ...own, isStarted: false }), undefined)
  assert.is(ufwOnDevice(memoryTree(files('yes')), { ...own, isNew: true }), undefined)
  assert.is(ufwOnDevice(memoryTree({ ...files('yes'), '/etc/default/ufw': '' }), own), undefined)
  assert.is(ufwOnDevice(memoryTree({}), { ...own, isNew: true }), undefined)
  assert.ok(ufwOnDevice(memoryTree({}), STATE))
})

test('what a shell carries out, and what iptables refuses, is said with its place', () => {
  const unclear = (changes: Record<string, string>) =>
    reread(firewall(), changes).unclear.map(({ file, line }) => [file, line])
  assert.equal(unclear({}), [])
  assert.equal(unclear({ '/etc/ufw/ufw.conf': '# on\nENABLED=yes\niptables -F\n' }), [['/etc/ufw/ufw.conf', 3]])
  assert.equal(
    unclear({ '/etc/default/ufw': 'IPV6=$(cat /x)\nDEFAULT_INPUT_POLICY=accept\nDEFAULT_OUTPUT_POLICY=ACCEPT\n' }),
    [
      ['/etc/default/ufw', 1],
      ['/etc/default/ufw', undefined],
    ],
  )
})
