import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { type Family, type Network, parseNetwork } from '../../../src/device/net/address.ts'
import {
  difference,
  EVERYWHERE,
  holdsClients,
  intersection,
  isEqualSet,
  type NetworkSet,
  networkSet,
  networksOf,
  touchedSet,
  union,
} from '../../../src/device/net/network-set.ts'
import { spelledSet } from '../../../src/device/net/spelled-set.ts'
import { suite } from '../../support/suite.ts'

const test = suite('sets of networks')

const set = (...texts: string[]): NetworkSet => networkSet(texts.map((text) => parseNetwork(text) as Network))
const words = (one: NetworkSet) => {
  const { from, except } = spelledSet(one)
  return except.length === 0 ? from : { from, except }
}

/** Networks whose first four bits alone say something: sixteen addresses a family stand for all. */
const network = fc
  .record({ family: fc.constantFrom<Family>(4, 6), prefix: fc.integer({ min: 0, max: 4 }), bits: fc.bigInt(0n, 15n) })
  .map(({ family, prefix, bits }): Network => {
    const width = family === 4 ? 32n : 128n
    const ones = (1n << width) - 1n
    return { family, bits: bits << (width - 4n), mask: ones ^ (ones >> BigInt(prefix)) }
  })
const networks = fc.array(network, { maxLength: 6 })

function holds(one: readonly Network[], family: Family, address: bigint): boolean {
  const bits = address << (family === 4 ? 28n : 124n)
  return one.some((part) => part.family === family && (bits & part.mask) === (part.bits & part.mask))
}

function sameAs(found: NetworkSet, isIn: (family: Family, address: bigint) => boolean): void {
  for (const family of [4, 6] as const) {
    for (let address = 0n; address < 16n; address += 1n) {
      assert.is(holds(networksOf(found), family, address), isIn(family, address), `${family}: ${address}`)
    }
  }
}

test('union, intersection and difference are those of addresses', () => {
  fc.assert(
    fc.property(networks, networks, (a, b) => {
      sameAs(union(networkSet(a), networkSet(b)), (f, x) => holds(a, f, x) || holds(b, f, x))
      sameAs(intersection(networkSet(a), networkSet(b)), (f, x) => holds(a, f, x) && holds(b, f, x))
      sameAs(difference(networkSet(a), networkSet(b)), (f, x) => holds(a, f, x) && !holds(b, f, x))
    }),
  )
})

test('a set has one form, whatever it was made of', () => {
  fc.assert(
    fc.property(networks, (a) => {
      const one = networkSet(a)
      assert.ok(isEqualSet(one, networkSet([...a].reverse())))
      assert.ok(isEqualSet(one, difference(EVERYWHERE, difference(EVERYWHERE, one))))
    }),
  )
})

test('what is spelt is the set, in no more words than it has networks', () => {
  fc.assert(
    fc.property(networks, (a) => {
      const one = networkSet(a)
      const { from, except } = spelledSet(one)
      const read = from === 'everywhere' ? EVERYWHERE : set(...from)
      assert.ok(isEqualSet(difference(read, set(...except)), one))
      assert.ok(except.length === 0 || from.length + except.length <= networksOf(one).length || from === 'everywhere')
    }),
  )
})

test('words', () => {
  assert.is(words(EVERYWHERE), 'everywhere')
  assert.equal(words([]), [])
  assert.equal(words(set('192.0.2.7/24')), ['192.0.2.0/24'])
  assert.equal(words(set('::/0')), ['::/0'])
  assert.equal(words(set('10.0.0.0/9', '10.128.0.0/9', '10.1.2.3')), ['10.0.0.0/8'])
  assert.equal(words(difference(EVERYWHERE, set('10.0.0.0/8'))), { from: 'everywhere', except: ['10.0.0.0/8'] })
  assert.equal(words(difference(set('10.0.0.0/8', 'fd00::/8'), set('10.1.2.0/24'))), {
    from: ['10.0.0.0/8', 'fd00::/8'],
    except: ['10.1.2.0/24'],
  })
  const nested = union(difference(set('10.0.0.0/8'), set('10.0.0.0/11')), set('10.0.0.0/12'))
  assert.equal(words(nested), { from: ['10.0.0.0/8'], except: ['10.16.0.0/12'] })
})

test('v4 and v6 share nothing, an IPv4 address written as IPv6 neither', () => {
  assert.equal(intersection(set('0.0.0.0/0'), set('::/0')), [])
  assert.equal(intersection(set('192.0.2.0/24'), set('::ffff:192.0.2.1')), [])
})

test('a mask with holes adds nothing, and takes all that it touches', () => {
  assert.equal(set('192.0.2.0/255.0.255.0'), [])
  assert.equal(
    difference(
      set('192.7.2.0/24', '10.0.0.0/8'),
      touchedSet(['10.0.0.0/8', '192.0.2.0/255.0.255.0'].map((text) => parseNetwork(text) as Network)),
    ),
    [],
  )
})

for (const text of [
  '127.0.0.1',
  '::1',
  '::',
  '0.0.0.0',
  '224.0.0.251',
  '255.255.255.255',
  'ff02::1',
  '::ffff:0:0/96',
]) {
  test(`no client comes from ${text}`, () => assert.not(holdsClients(set(text))))
}

for (const text of ['192.168.1.0/24', '126.0.0.0/7', 'fe80::/10', '169.254.0.0/16', '100.64.0.0/10', '::/96']) {
  test(`a client may come from ${text}`, () => assert.ok(holdsClients(set(text))))
}
