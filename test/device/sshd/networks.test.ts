import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { isInNetwork, isIP } from '../../../src/base/host/addresses.ts'
import { spelled } from '../../../src/device/net/reach.ts'
import { type Network, networkOf, reachOf, regionsOf } from '../../../src/device/sshd/networks.ts'
import { isAmong, isAmongHosts, matchPattern, networksIn } from '../../../src/device/sshd/patterns.ts'
import { reachOfPatterns } from '../../../src/device/sshd/sources.ts'
import { splitCriteria } from '../../../src/device/sshd/tokens.ts'
import { suite } from '../../support/suite.ts'

const test = suite('networks of sshd')

test('what a pattern of addresses stands for', () => {
  const text = (pattern: string) => {
    const reach = reachOf(pattern)
    return typeof reach === 'object' ? reach.map((network) => network.text).join(' ') : reach
  }
  const cases: readonly (readonly [string, string])[] = [
    ['*', 'all'],
    ['10.*', '10.0.0.0/8'],
    ['10.1.*.*', '10.1.0.0/16'],
    ['2001:db8:*', '2001:db8::/32'],
    ['192.0.2.7', '192.0.2.7'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['192.0.2.?', '192.0.2.0/29 192.0.2.8/31'],
    ['1.2.3.4?', '1.2.3.40/29 1.2.3.48/31'],
    ['10.?.*.*', '10.0.0.0/13 10.8.0.0/15'],
    ['*.*.*.*', '0.0.0.0/0'],
    ['25?.2?.1?.1', 'unclear'],
    ['1.2.3.???', '1.2.3.100/30 1.2.3.104/29 1.2.3.112/28 1.2.3.128/25'],
    ['1.2?.3.4', Array.from({ length: 10 }, (_, i) => `1.2${i}.3.4/32`).join(' ')],
    ['300.*.1.*', 'none'],
    ['1.2.3.4?6', 'none'],
    ['10.*.1.1', 'unclear'],
    ['10.??.*', 'unclear'],
    ['1.2.3.4a?', 'none'],
    ['2001:*:1', 'unclear'],
    ['*.example.org', 'none'],
    ['localhost', 'none'],
    ['10.0.0.0/33', 'none'],
  ]
  assert.equal(
    cases.map(([pattern]) => [pattern, text(pattern)]),
    cases,
  )
})

const octet = fc.nat(255)
const network = fc.oneof(
  fc.tuple(octet, octet, fc.integer({ min: 1, max: 32 })).map(([a, b, prefix]) => `${a}.${b}.0.0/${prefix}`),
  fc.tuple(fc.nat(65_535), fc.integer({ min: 1, max: 128 })).map(([a, prefix]) => `${a.toString(16)}::/${prefix}`),
)

test('of each region there is an address that lies in it and in no smaller one', () => {
  fc.assert(
    fc.property(fc.array(network, { maxLength: 6 }), (texts) => {
      const networks = texts.map((text) => networkOf(text) as Network)
      for (const { network: own, address } of regionsOf(networks)) {
        assert.ok(isIP(address) === own.family, address)
        const isIn = ({ text }: Network) => {
          const [base = '', prefix = ''] = text.split('/')
          return isInNetwork(address, base, Number(prefix))
        }
        assert.ok(isIn(own), `${address} in ${own.text}`)
        const size = ({ first, last }: Network) => last - first
        assert.not(
          networks.some((other) => size(other) < size(own) && isIn(other)),
          `${address}: ${texts.join(' ')}`,
        )
      }
    }),
  )
})

test('a pattern that stands for a network matches the addresses of its regions', () => {
  for (const pattern of ['10.*', '192.168.1.*', '192.0.2.?', '10.1?.*.*', '2001:db8:*', 'fe80:1:2:*']) {
    const [region] = regionsOf(networksIn(pattern)).slice(-1)
    assert.ok(matchPattern(region?.address ?? '', pattern), `${pattern} ${region?.address}`)
  }
})

test('a client among hosts, as far as one can say without DNS', () => {
  const known = { address: '192.0.2.7', host: '192.0.2.7' }
  const { address } = known
  const cases: readonly (readonly [string, boolean, boolean | undefined])[] = [
    ['192.0.2.0/24', true, true],
    ['*,!192.0.2.7', false, false],
    ['*.example.org', false, undefined],
    ['*.example.org,!192.0.2.0/24', false, false],
    ['10.0.0.0/8,!*.example.org', false, undefined],
    ['*', true, true],
  ]
  for (const [list, withHost, without] of cases) {
    assert.is(isAmong(known, list), withHost, list)
    assert.is(isAmong({ address }, list), without, list)
  }
  assert.is(isAmong(known, '192.0.2.?'), true)
  assert.is(isAmong(known, '192.*.2.?'), undefined)
  assert.is(isAmongHosts(known, '192.0.2.0/24'), false)
  assert.is(isAmongHosts({ address }, '192.0.2.*'), undefined)
})

test('from where a list of patterns lets somebody in', () => {
  const from = (...patterns: string[]) =>
    reachOfPatterns(patterns)
      .map(spelled)
      .map(({ from, except }) => [from, except])
  assert.equal(from('*'), [['everywhere', []]])
  assert.equal(from('!10.*', '*'), [['everywhere', ['10.0.0.0/8']]])
  assert.equal(from('192.0.2.?', '!192.0.2.9'), [[['192.0.2.0/29', '192.0.2.8'], []]])
  assert.equal(from('*.example.org', '10.*.1.1'), [])
})

test('a Match line of OpenSSH 9.2', () => {
  assert.equal(splitCriteria('user=alice address "10.0.0.0/8" # why'), ['user', 'alice', 'address', '10.0.0.0/8'])
  assert.equal(splitCriteria("User 'a b'"), ['User', "'a", "b'"])
})
