import * as assert from 'uvu/assert'
import { EVERYWHERE } from '../../../src/device/net/network-set.ts'
import {
  FROM_EVERYWHERE,
  FROM_NOWHERE,
  type Interfaces,
  isNamed,
  type Reach,
  reachByInterface,
  reachFrom,
  reachOf,
  shared,
  spelled,
} from '../../../src/device/net/reach.ts'
import { suite } from '../../support/suite.ts'

const test = suite('reach')

const through = (only: boolean, ...names: string[]): Reach =>
  reachOf([{ networks: EVERYWHERE, through: { only, names } }])
const interfaces = (reach: Reach): Interfaces[] => reach.map((part) => part.through)
const froms = (reach: Reach) => reach.map((part) => spelled(part).from)

test('everywhere shares the other side', () => {
  assert.equal(shared(FROM_EVERYWHERE, FROM_EVERYWHERE), FROM_EVERYWHERE)
  assert.equal(froms(shared(FROM_EVERYWHERE, reachFrom(['10.0.0.0/8']))), [['10.0.0.0/8']])
})

test('the narrower of two networks is shared, v4 and v6 never meet', () => {
  assert.equal(froms(shared(reachFrom(['10.0.0.0/8']), reachFrom(['10.1.0.0/16', '192.0.2.1']))), [['10.1.0.0/16']])
  assert.equal(froms(shared(reachFrom(['2001:db8::/32']), reachFrom(['2001:db8:1::5', '10.0.0.1']))), [
    ['2001:db8:1::5'],
  ])
})

test('exceptions are taken away, and what is left of nothing is nowhere', () => {
  assert.equal(reachFrom('everywhere', ['10.0.0.0/8']).map(spelled), [
    { from: 'everywhere', except: ['10.0.0.0/8'], interfaces: undefined, exceptInterfaces: [] },
  ])
  assert.equal(shared(reachFrom(['10.1.0.0/16']), reachFrom('everywhere', ['10.0.0.0/8'])), FROM_NOWHERE)
  assert.equal(reachFrom(['127.0.0.0/8', '::1']), FROM_NOWHERE)
})

test('what is not an address opens nothing', () => {
  assert.equal(reachFrom(['*.example.org', 'cafe', '10.0.0.0/33']), FROM_NOWHERE)
})

test('interfaces: both named, one excepted, patterns', () => {
  assert.equal(interfaces(shared(through(true, 'eth0', 'wlan0'), through(true, 'wlan0', 'wg0'))), [
    { only: true, names: ['wlan0'] },
  ])
  assert.equal(interfaces(shared(through(true, 'eth+'), through(true, 'eth1'))), [{ only: true, names: ['eth1'] }])
  assert.equal(shared(through(true, 'eth0'), through(false, 'eth+')), FROM_NOWHERE)
  assert.equal(shared(through(true, 'eth0'), through(true, 'wlan0')), FROM_NOWHERE)
  assert.equal(interfaces(shared(through(false, 'wlan0'), through(false, 'eth0'))), [
    { only: false, names: ['eth0', 'wlan0'] },
  ])
  assert.equal(interfaces(shared(through(true, 'eth0', 'wlan0'), through(false, 'eth0'))), [
    { only: true, names: ['wlan0'] },
  ])
})

test('nobody comes in by the loopback interface', () => {
  assert.equal(through(true, 'lo'), FROM_NOWHERE)
})

test('a named interface says only what it has beyond the others', () => {
  const lan = reachFrom(['192.0.2.0/24'])[0]?.networks ?? []
  assert.equal(reachByInterface(lan, [{ name: 'eth0', open: lan }]), reachFrom(['192.0.2.0/24']))
  assert.equal(interfaces(reachByInterface(lan, [{ name: 'eth0', open: [] }])), [{ only: false, names: ['eth0'] }])
  assert.equal(interfaces(reachByInterface(lan, [{ name: 'eth0', open: EVERYWHERE }])), [
    { only: false, names: [] },
    { only: true, names: ['eth0'] },
  ])
})

test('a pattern with + names all that begin so', () => {
  assert.ok(isNamed('eth0', 'eth+'))
  assert.ok(isNamed('eth0', 'eth0'))
  assert.not(isNamed('wlan0', 'eth+'))
  assert.not(isNamed('eth01', 'eth0'))
})
