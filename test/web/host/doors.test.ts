import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import * as nodeAddresses from '../../../src/base/host/addresses.ts'
import * as nodeHash from '../../../src/base/host/hash.ts'
import * as webAddresses from '../../../src/web/host/addresses.ts'
import * as webHash from '../../../src/web/host/hash.ts'
import { suite } from '../../support/suite.ts'

/** The door to the host has two sides, for Node and for a browser: they have the same names and give the same answers. */
// Named by hand: a namespace is not to be asked for a name that is a variable.
const { md5, sha1, sha256, sha512 } = webHash
const web = { md5, sha1, sha256, sha512 }
const node = { md5: nodeHash.md5, sha1: nodeHash.sha1, sha256: nodeHash.sha256, sha512: nodeHash.sha512 }

const test = suite('both doors to the host')

test('they have the same names', () => {
  assert.equal(Object.keys(webHash).sort(), Object.keys(nodeHash).sort())
  assert.equal(Object.keys(webAddresses).sort(), Object.keys(nodeAddresses).sort())
})

for (const name of ['md5', 'sha1', 'sha256', 'sha512'] as const) {
  test(`${name}: the same digests of any pieces`, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), (pieces) => {
        assert.equal(web[name](...pieces), node[name](...pieces))
      }),
    )
  })
}

test('the same keys of Wi-Fi', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 63 })
  fc.assert(
    fc.property(
      bytes,
      bytes,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 64 }),
      (password, salt, rounds, length) => {
        assert.equal(
          webHash.pbkdf2Sha1(password, salt, rounds, length),
          nodeHash.pbkdf2Sha1(password, salt, rounds, length),
        )
      },
    ),
  )
})

/** Addresses, and what looks like some. */
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((one) => `::ffff:${one}`),
  fc
    .tuple(fc.ipV6(), fc.constantFrom('%eth0', '%', '%a%b', '%1', '%a-zone.of:many-letters'))
    .map((parts) => parts.join('')),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF:.%/ g'.split('')), maxLength: 24 }),
)

test('the same answers to what an address is, and to which network it is in', () => {
  fc.assert(
    fc.property(address, address, fc.nat(), (one, other, bits) => {
      assert.is(webAddresses.isIP(one), nodeAddresses.isIP(one), one)
      const length = bits % (nodeAddresses.isIP(other) === 4 ? 33 : 129)
      const arguments_ = [one, other, length] as const
      assert.is(webAddresses.isInNetwork(...arguments_), nodeAddresses.isInNetwork(...arguments_), arguments_.join(' '))
      assert.is(webAddresses.isInNetwork(one, one, length % 33), nodeAddresses.isInNetwork(one, one, length % 33), one)
    }),
    { numRuns: 20_000 },
  )
})
