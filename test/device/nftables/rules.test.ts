import * as assert from 'uvu/assert'
import { type Reach, spelled } from '../../../src/device/net/reach.ts'
import { admitted } from '../../../src/device/netfilter/admitted.ts'
import { nftRules } from '../../../src/device/nftables/rules.ts'
import { suite } from '../../support/suite.ts'

const test = suite('nftables')

const words = (reach: Reach) =>
  reach
    .map(spelled)
    .map(({ from, except, interfaces }) => [from, except.map((one) => `!${one}`), interfaces ?? []].flat(2).join(' '))
    .join('; ')
const input = (...rules: readonly string[]) =>
  `table inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    ct state established,related accept\n    ${rules.join('\n    ')}\n  }\n}\n`
const read = (text: string) => {
  const { hooked, others } = nftRules(text, '/etc/nftables.conf')
  const { reach, possible } = admitted(hooked, 22)
  return [words(reach), words(possible), others]
}

const cases: readonly (readonly [rules: readonly string[], open: string, possible?: string])[] = [
  [[], ''],
  [['tcp dport 22 accept'], 'everywhere'],
  [['tcp dport ssh accept'], 'everywhere'],
  [['tcp dport { 22, 80 } ct state new accept'], 'everywhere'],
  [['tcp dport { 20-25 } counter packets 0 bytes 0 log prefix "ssh in" accept comment "x"'], 'everywhere'],
  [['tcp dport != 22 accept'], ''],
  [['udp dport 22 accept', 'icmp type echo-request accept'], ''],
  [['ip saddr 10.0.0.0/8 tcp dport 22 accept'], '10.0.0.0/8'],
  [['ip saddr { 10.0.0.0/8, 192.0.2.7 } accept'], '10.0.0.0/8 192.0.2.7'],
  [['ip saddr != 10.0.0.0/8 tcp dport 22 accept'], '0.0.0.0/0 !10.0.0.0/8'],
  [['ip6 saddr 2001:db8::/32 accept'], '2001:db8::/32'],
  [['ip saddr 10.0.0.0/8 drop', 'tcp dport 22 accept'], 'everywhere !10.0.0.0/8'],
  [['iifname "lo" accept'], ''],
  [['iifname "eth0" accept'], 'everywhere eth0'],
  [['iifname { "eth0", "wlan*" } tcp dport 22 accept'], 'everywhere eth0 wlan+'],
  [['iif lo accept', 'meta l4proto tcp accept'], 'everywhere'],
  [['meta nfproto ipv4 accept'], '0.0.0.0/0'],
  [['tcp dport 22 limit rate 4/minute burst 5 packets accept'], 'everywhere'],
  [['tcp dport 22 limit rate over 4/minute drop', 'tcp dport 22 accept'], 'everywhere'],
  [
    ['ct state vmap { established : accept, new : jump more }', '}', 'chain more {', 'tcp dport 22 accept'],
    'everywhere',
  ],
  [['ip saddr @friends accept'], '', '0.0.0.0/0'],
  [['ether saddr 02:00:00:00:00:01 accept'], '', 'everywhere'],
  [['fib daddr type local tcp dport 22 accept'], '', 'everywhere'],
  [['ip daddr 192.0.2.1 accept'], '', '0.0.0.0/0'],
  [['ct state invalid drop', 'reject with icmpx type port-unreachable', 'accept'], ''],
  [['tcp flags & (fin|syn) == (fin|syn) drop', 'tcp dport 22 accept'], '', 'everywhere'],
]

for (const [rules, open, possible = open] of cases) {
  test(rules.join(' | ') || 'nothing but replies', () => assert.equal(read(input(...rules)), [open, possible, []]))
}

test('Debian’s own file lets everybody in', () => {
  const own =
    '#!/usr/sbin/nft -f\n\nflush ruleset\n\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter;\n\t}\n\tchain forward {\n\t\ttype filter hook forward priority filter;\n\t}\n\tchain output {\n\t\ttype filter hook output priority filter;\n\t}\n}\n'
  assert.equal(read(own), ['everywhere', 'everywhere', []])
})

test('every table has to let it through; one family’s chain is of that family', () => {
  const both = `${input('tcp dport 22 accept')}table ip more {\n chain i { type filter hook input priority 1; policy accept; ip saddr 10.0.0.0/8 drop; }\n}\n`
  assert.is(read(both)[0], 'everywhere !10.0.0.0/8')
})

test('replies that are dropped let nobody in', () => {
  assert.is(read('table inet f {\n chain o { type filter hook output priority 0; policy drop; }\n}\n')[0], '')
})

test('sets are passed over, what else the file does is told', () => {
  assert.equal(
    read(`table inet filter { set s { type ipv4_addr; elements = { 10.0.0.1 }; }; }\ninclude "/etc/more"\n`)[2],
    [2],
  )
  assert.equal(read('add rule inet filter input drop\n')[2], [1])
})

test('a rule is about the packets of its protocol', () => {
  const reached = (rule: string, protocol: 'tcp' | 'udp') =>
    words(admitted(nftRules(input(rule), '/etc/nftables.conf').hooked, 22, protocol).reach)
  for (const rule of ['udp dport 22 accept', 'meta l4proto udp accept', 'udp dport { 1-30 } accept']) {
    assert.equal([reached(rule, 'udp'), reached(rule, 'tcp')], ['everywhere', ''], rule)
  }
  assert.equal([reached('tcp dport 22 accept', 'udp'), reached('th dport 22 accept', 'udp')], ['', 'everywhere'])
})
