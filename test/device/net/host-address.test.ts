import * as assert from 'uvu/assert'
import type { Network } from '../../../src/device/net/address.ts'
import { parseNetwork } from '../../../src/device/net/address.ts'
import {
  type HostAddress,
  hostText,
  isLinkLocal,
  isOnLink,
  notOfAHost,
  parseHostAddress,
} from '../../../src/device/net/host-address.ts'
import { suite } from '../../support/suite.ts'

const test = suite('addresses of hosts')

const host = (text: string) => parseHostAddress(text) as HostAddress

test('an address has the length of its network', () => {
  assert.is(hostText(host('192.0.2.10/24')), '192.0.2.10')
  assert.is(host('2001:db8::10/64').length, 64)
  for (const text of [
    '192.0.2.10',
    '192.0.2.10/0',
    '192.0.2.10/33',
    '192.0.2.10/255.255.255.0',
    '2001:db8::/129',
    'x/24',
    '/24',
  ])
    assert.is(parseHostAddress(text), undefined, text)
})

test('what no host has is named', () => {
  const cases: [string, RegExp | undefined][] = [
    ['192.0.2.10/24', undefined],
    ['192.0.2.0/24', /address of the network 192\.0\.2\.0\/24 itself/],
    ['192.0.2.255/24', /broadcast address of the network 192\.0\.2\.0\/24/],
    ['192.0.2.255/23', undefined],
    ['192.0.2.0/31', undefined],
    ['192.0.2.1/31', undefined],
    ['192.0.2.255/32', undefined],
    ['127.0.0.1/8', /loopback/],
    ['0.1.2.3/8', /this network/],
    ['224.0.0.5/24', /multicast/],
    ['240.0.0.1/24', /reserved/],
    ['2001:db8::/64', /address of the network 2001:db8::\/64 itself/],
    ['2001:db8::ffff:ffff:ffff:ffff/64', undefined],
    ['2001:db8::/127', undefined],
    ['::1/128', /loopback/],
    ['ff02::1/64', /multicast/],
    ['::ffff:192.0.2.1/128', /written as IPv6/],
  ]
  for (const [text, expected] of cases) {
    const found = notOfAHost(host(text))
    if (expected === undefined) assert.is(found, undefined, text)
    else assert.match(found ?? '', expected)
  }
})

test('a router is on the link of a host, or is not', () => {
  const at = (text: string) => parseNetwork(text) as Network
  assert.ok(isOnLink(host('192.0.2.10/25'), at('192.0.2.127')))
  assert.not(isOnLink(host('192.0.2.10/25'), at('192.0.2.128')))
  assert.not(isOnLink(host('192.0.2.10/25'), at('::c000:201')))
  assert.ok(isLinkLocal(at('169.254.7.7')) && isLinkLocal(at('fe80::1')))
  assert.not(isLinkLocal(at('169.253.7.7')) || isLinkLocal(at('fec0::1')))
})
