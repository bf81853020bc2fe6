import * as assert from 'uvu/assert'
import { firewall, firewallGate } from '../../../../src/core/access/readers/firewall.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { spelled } from '../../../../src/device/net/reach.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { fullSpec, type LooseSpec, smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, laidOver, type Planted, short } from './device.ts'

const test = suite('reader: the firewall')

const OFF = (): LooseSpec => ({ ...smallSpec(), firewall: { enabled: false } })
const WANTED = '/etc/systemd/system/multi-user.target.wants'
const UFW: Planted = {
  '/etc/ufw/ufw.conf': 'ENABLED=yes\n',
  '/etc/default/ufw': 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n',
  [`${WANTED}/ufw.service`]: { link: '/usr/lib/systemd/system/ufw.service' },
}
const rules = (...lines: readonly string[]): Planted => ({
  '/etc/ufw/user.rules': ['*filter', ':ufw-user-input -', ...lines, 'COMMIT', ''].join('\n'),
})

interface Seen {
  readonly findings: readonly string[]
  readonly from: unknown
  readonly at: string | undefined
}

/** @param planted laid over what the plan writes, as a later hand would */
function seen(
  planted: Planted,
  { spec = OFF(), packages = ['ufw'] }: { spec?: LooseSpec; packages?: readonly string[] } = {},
): Seen {
  const device = deviceWith({}, spec)
  const installed = new Map([...device.packages, ...packages.map((name) => [name, '1'] as const)])
  const judged = { ...device, root: laidOver(device.root, planted), packages: installed }
  const gate = firewallGate(judged)
  return {
    findings: firewall(judged).map(short),
    from: gate.reach
      .map(spelled)
      .map(({ from, except, interfaces }) =>
        [from, ...except.map((one) => `!${one}`), ...(interfaces ?? [])].flat().join(' '),
      ),
    at: gate.at && `${gate.at.file}:${gate.at.line}`,
  }
}

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell, and what the spec opens is open`, () => {
    for (const [spec, from] of [
      [smallSpec(), 'everywhere'],
      [fullSpec(), 'everywhere'],
      [{ ...smallSpec(), profile: 'strict' }, 'everywhere'],
      [OFF(), 'everywhere'],
      [
        { ...smallSpec(), firewall: { rules: ['allow in on eth0 from 192.0.2.0/24 to any port 22'] } },
        ['192.0.2.0/24'],
      ],
    ]) {
      const device = deviceWith({}, spec, behaviour)
      assert.equal(firewall(device), [])
      assert.equal(
        firewallGate(device).reach.map((part) => spelled(part).from),
        [from],
      )
    }
  })
}

const states: readonly (readonly [
  title: string,
  planted: Planted,
  from: readonly string[],
  findings?: readonly string[],
])[] = [
  ['on, with no rule', UFW, []],
  ['on, not started', { ...UFW, [`${WANTED}/ufw.service`]: null }, ['everywhere']],
  ['on, masked', { ...UFW, '/etc/systemd/system/ufw.service': { link: '/dev/null' } }, ['everywhere']],
  ['switched off', { ...UFW, '/etc/ufw/ufw.conf': 'ENABLED=no\n' }, ['everywhere']],
  ['one network', { ...UFW, ...rules('-A ufw-user-input -p tcp --dport 22 -s 10.0.0.0/8 -j ACCEPT') }, ['10.0.0.0/8']],
  ['one interface', { ...UFW, ...rules('-A ufw-user-input -i wg0 -j ACCEPT') }, ['0.0.0.0/0 wg0']],
  [
    'a policy that accepts',
    { ...UFW, '/etc/default/ufw': 'IPV6=yes\nDEFAULT_INPUT_POLICY=ACCEPT\nDEFAULT_OUTPUT_POLICY=ACCEPT\n' },
    ['everywhere'],
  ],
  [
    'a hardware address',
    { ...UFW, ...rules('-A ufw-user-input -m mac --mac-source 02:00:00:00:00:01 -j ACCEPT') },
    ['0.0.0.0/0'],
    ['unproved ssh * ACC054 /etc/ufw/user.rules:3'],
  ],
  [
    'a hardware address more',
    {
      ...UFW,
      ...rules(
        '-A ufw-user-input -m mac --mac-source 02:00:00:00:00:01 -j ACCEPT',
        '-A ufw-user-input -s 10.0.0.0/8 -j ACCEPT',
      ),
    },
    ['10.0.0.0/8'],
  ],
  [
    'a script before',
    {
      ...UFW,
      ...rules('-A ufw-user-input -j ACCEPT'),
      '/etc/ufw/before.init': { text: '#!/bin/sh\niptables -I INPUT -j DROP\n', mode: 0o755 },
    },
    ['0.0.0.0/0'],
    ['unproved ssh * ACC054 /etc/ufw/before.init'],
  ],
  [
    'a script that is not executable',
    { ...UFW, ...rules('-A ufw-user-input -j ACCEPT'), '/etc/ufw/before.init': 'iptables -I INPUT -j DROP\n' },
    ['0.0.0.0/0'],
  ],
  [
    'a command among the settings',
    {
      ...UFW,
      ...rules('-A ufw-user-input -j ACCEPT'),
      '/etc/default/ufw': 'IPV6=yes\nDEFAULT_INPUT_POLICY=DROP\nDEFAULT_OUTPUT_POLICY=ACCEPT\n. /etc/ufw/more\n',
    },
    ['0.0.0.0/0'],
    ['unproved ssh * ACC054 /etc/default/ufw:4'],
  ],
  [
    'a unit that starts something else',
    {
      ...UFW,
      ...rules('-A ufw-user-input -j ACCEPT'),
      '/usr/lib/systemd/system/ufw.service': '[Service]\nExecStart=/usr/lib/ufw/ufw-init start quiet\n',
      '/etc/systemd/system/ufw.service.d/x.conf': '[Service]\nExecStart=\nExecStart=/opt/fw\n',
    },
    ['0.0.0.0/0'],
    ['unproved ssh * ACC054 /etc/systemd/system/ufw.service.d/x.conf:3'],
  ],
]

const NFT = { [`${WANTED}/nftables.service`]: { link: '/usr/lib/systemd/system/nftables.service' } }
const PERSISTENT = {
  [`${WANTED}/netfilter-persistent.service`]: { link: '/usr/lib/systemd/system/netfilter-persistent.service' },
}
const SHUT_NFT = 'table inet filter {\n chain input { type filter hook input priority 0; policy drop; }\n}\n'

const others: typeof states = [
  ['nftables, started', { ...NFT, '/etc/nftables.conf': SHUT_NFT }, []],
  ['nftables, not started', { '/etc/nftables.conf': SHUT_NFT }, ['everywhere']],
  [
    'nftables, with more than chains',
    { ...NFT, '/etc/nftables.conf': 'include "/etc/nft.d/*"\n' },
    ['everywhere'],
    ['unproved ssh * ACC054 /etc/nftables.conf:1'],
  ],
  [
    'iptables of one family',
    { ...PERSISTENT, '/etc/iptables/rules.v4': '*filter\n:INPUT DROP [0:0]\nCOMMIT\n' },
    ['::/0'],
  ],
  [
    'firewalld',
    { [`${WANTED}/firewalld.service`]: { link: '/usr/lib/systemd/system/firewalld.service' } },
    ['everywhere'],
    ['unproved ssh * ACC054 /usr/lib/systemd/system/firewalld.service'],
  ],
  [
    'rc.local',
    { '/etc/rc.local': { text: '#!/bin/sh\n# iptables -F\niptables -P INPUT DROP\n', mode: 0o755 } },
    ['everywhere'],
    ['unproved ssh * ACC054 /etc/rc.local:3'],
  ],
  [
    'a unit of its own, before what it starts',
    {
      [`${WANTED}/fw.service`]: { link: '/etc/systemd/system/fw.service' },
      '/etc/systemd/system/fw.service':
        '[Service]\nExecStartPre=/usr/sbin/iptables -P INPUT DROP\nExecStart=/usr/bin/true\n',
    },
    ['everywhere'],
    ['unproved ssh * ACC054 /etc/systemd/system/fw.service:2'],
  ],
  [
    'a route into nothing, by a unit of a package',
    {
      '/usr/sbin/ip': { text: '', mode: 0o755 },
      [`${WANTED}/fw.service`]: { link: '/usr/lib/systemd/system/fw.service' },
      '/usr/lib/systemd/system/fw.service': '[Service]\nExecStart=/usr/sbin/ip -4 route add blackhole 10.1.2.3/32\n',
    },
    ['everywhere'],
    ['unproved ssh * ACC054 /usr/lib/systemd/system/fw.service:2'],
  ],
  [
    'what only looks at the network',
    { '/etc/rc.local': { text: '#!/bin/sh\nip route show\nip -brief address\necho iptables\n', mode: 0o755 } },
    ['everywhere'],
  ],
  ['rc.local that nobody runs', { '/etc/rc.local': 'iptables -P INPUT DROP\n' }, ['everywhere']],
  [
    'a unit of its own',
    {
      [`${WANTED}/fw.service`]: { link: '/etc/systemd/system/fw.service' },
      '/etc/systemd/system/fw.service': '[Service]\nExecStart=/usr/sbin/nft -f /opt/fw\n',
    },
    ['everywhere'],
    ['unproved ssh * ACC054 /etc/systemd/system/fw.service:2'],
  ],
]

for (const [title, planted, from, findings = []] of others) {
  test(`another packet filter: ${title}`, () => {
    const found = seen(planted)
    assert.equal([found.from, found.findings], [from, findings])
  })
}

for (const [title, planted, from, findings = []] of states) {
  test(`ufw of the image: ${title}`, () => {
    const found = seen(planted)
    assert.equal([found.from, found.findings], [from, findings])
  })
}

test('an image without the package has no ufw, whatever its files say', () => {
  assert.equal(seen(UFW, { packages: [] }).from, ['everywhere'])
})

test('rules that the kernel refuses are not loaded, and it is said where', () => {
  const { from, at } = seen({ ...UFW, ...rules('-A ufw-user-inputt -j ACCEPT') })
  assert.equal([from, at], [[], '/etc/ufw/user.rules:3'])
})

test('with SSH off nothing of it is asked', () => {
  assert.equal(
    seen({ ...UFW, '/etc/default/ufw': 'x() { :; }\n' }, { spec: { ...OFF(), ssh: { enabled: false } } }).findings,
    [],
  )
})
