import * as assert from 'uvu/assert'
import { isInNetwork } from '../../../src/base/host/addresses.ts'
import { suite } from '../../support/suite.ts'

const test = suite('addresses')

test('an address is in its network and in no other', () => {
  assert.ok(isInNetwork('192.0.2.255', '192.0.2.0', 24))
  assert.not(isInNetwork('192.0.3.0', '192.0.2.0', 24))
  assert.ok(isInNetwork('2001:db8:1::5', '2001:DB8::', 32))
  assert.not(isInNetwork('2001:db9::', '2001:db8::', 32))
  assert.ok(isInNetwork('203.0.113.9', '0.0.0.0', 0))
})

test('the families do not meet, not even in an IPv4 address that is written as IPv6', () => {
  assert.not(isInNetwork('::ffff:10.1.2.3', '10.0.0.0', 8))
  assert.not(isInNetwork('10.1.2.3', '::', 0))
})

test('what is not an address is in no network', () => {
  assert.not(isInNetwork('cafe', '10.0.0.0', 8))
  assert.not(isInNetwork('10.1.2.3', 'cafe', 8))
})
