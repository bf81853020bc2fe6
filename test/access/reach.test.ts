import * as assert from 'uvu/assert'
import { shared } from '../../src/access/reach.ts'
import { suite } from '../support/suite.ts'

const test = suite('reach')

test('everywhere shares the other side', () => {
  assert.is(shared('everywhere', 'everywhere'), 'everywhere')
  assert.equal(shared('everywhere', ['10.0.0.0/8']), ['10.0.0.0/8'])
})

test('the narrower of two networks is shared, v4 and v6 never meet', () => {
  assert.equal(shared(['10.0.0.0/8'], ['10.1.0.0/16', '192.0.2.1']), ['10.1.0.0/16'])
  assert.equal(shared(['2001:db8::/32'], ['2001:db8:1::5', '10.0.0.1']), ['2001:db8:1::5'])
})

test('what is not an address shares nothing', () => {
  assert.equal(shared(['*.example.org'], ['10.0.0.0/8']), [])
})
