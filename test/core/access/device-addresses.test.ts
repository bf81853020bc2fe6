import * as assert from 'uvu/assert'
import type { Proof } from '../../../src/core/access/prove-target.ts'
import { outcomeOf } from '../../support/plan.ts'
import { KEYS, type LooseSpec, smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('addresses of the device')

const manual = (more: object = {}) => ({ method: 'manual', addresses: ['192.0.2.10/24'], ...more })
const OFF = { method: 'disabled' }
/** One connection by cable. */
const cable = (ipv4: object, ipv6: object = OFF): LooseSpec => ({
  ...smallSpec(),
  network: { wired: [{ ipv4, ipv6 }] },
})
const withGateway = manual({ gateway: '192.0.2.1', dns: ['192.0.2.1'] })
const rule = (from: string) => ({ rules: [`limit from ${from} to any port 22 proto tcp`] })

const codesOf = (spec: LooseSpec, options: Parameters<typeof outcomeOf>[1] = {}) =>
  outcomeOf(spec, options).codes.filter((code) => code.startsWith('ACC'))
/** From where alice's key is good. */
const sourcesOf = (spec: LooseSpec) => (outcomeOf(spec).verdict as Proof).ways.find(({ by }) => by === 'key')?.from

test('without an address on any connection nobody comes by the network', () => {
  assert.equal(codesOf(cable(OFF)), ['ACC001', 'ACC041'])
  const { verdict } = outcomeOf(cable(OFF))
  assert.match(verdict?.lockouts[1]?.because ?? '', /^no connection of the device has an address$/)
  assert.is(verdict?.lockouts[1]?.at?.file, '/etc/NetworkManager/system-connections/pibake-wired.any.nmconnection')
  // Nobody is to come that way.
  assert.equal(codesOf({ ...cable(OFF), ssh: { enabled: false }, firewall: { rules: [] } }), [])
})

test('DHCP, or a port that has no profile, leaves everybody', () => {
  const wifiOff = { country: 'AT', networks: [{ ssid: 'kit', ipv4: OFF, ipv6: OFF }] }
  for (const spec of [
    cable({}, {}),
    cable(withGateway, { method: 'auto' }),
    { ...smallSpec(), network: { wired: [{ interface: 'eth1', ipv4: OFF, ipv6: OFF }] } },
    { ...smallSpec(), network: { wifi: wifiOff } },
  ])
    assert.equal(sourcesOf(spec), 'everywhere', JSON.stringify(spec.network))
})

test('of one family alone it is the clients of that family', () => {
  assert.equal(sourcesOf(cable(withGateway)), ['0.0.0.0/0'])
  assert.equal(sourcesOf(cable(OFF, { method: 'manual', addresses: ['2001:db8::10/64'], gateway: 'fe80::1' })), [
    '::/0',
  ])
})

test('without a gateway it is the neighbours, and networks that have a route', () => {
  assert.equal(sourcesOf(cable(manual())), ['192.0.2.0/24'])
  assert.equal(sourcesOf(cable(manual({ routes: [{ to: '10.0.0.0/8', via: '192.0.2.2' }] }))), [
    '10.0.0.0/8',
    '192.0.2.0/24',
  ])
  assert.equal(sourcesOf(cable(OFF, { method: 'manual', addresses: ['2001:db8::10/64'] })), [
    '2001:db8::/64',
    'fe80::/10',
  ])
})

test('a rule or a key for others alone shuts the owner out', () => {
  assert.equal(codesOf({ ...cable(manual()), firewall: rule('198.51.100.0/24') }), ['ACC001', 'ACC041'])
  assert.equal(codesOf({ ...cable(manual()), firewall: rule('192.0.2.0/28') }), [])
  const spec = cable(manual())
  spec.users[0].authorizedKeys = [{ key: KEYS.alice, from: ['198.51.100.0/24'] }]
  assert.equal(codesOf(spec), ['ACC001', 'ACC013'])
  spec.users[0].authorizedKeys[0].from = ['192.0.2.0/25']
  assert.equal(sourcesOf(spec), ['192.0.2.0/25'])
})

test('an address that sshd listens on is the device’s, or nobody is answered', () => {
  const listening = (spec: LooseSpec, address: string | string[]) =>
    codesOf({ ...spec, ssh: { settings: { ListenAddress: address } } })
  assert.equal(listening(cable(withGateway), '192.0.2.11'), ['ACC001', 'ACC014', 'ACC050'])
  assert.equal(listening(cable(withGateway), '2001:db8::1'), ['ACC001', 'ACC014', 'ACC050'])
  // It may be there too late.
  assert.equal(listening(cable(withGateway), '192.0.2.10'), ['ACC050'])
  assert.equal(listening(cable({}), '192.0.2.11'), ['ACC050'])
  assert.equal(listening(cable(withGateway), '0.0.0.0'), [])
})

test('profiles of the image and other programs count as those of the spec do', () => {
  const profile = (text: string) => (root: { nodes: Map<string, unknown> }) => {
    const file = { kind: 'file', content: new TextEncoder().encode(text), mode: 0o600, uid: 0, gid: 0 }
    root.nodes.set('/etc/NetworkManager/system-connections/office.nmconnection', file)
  }
  const off = '[connection]\ntype=ethernet\n[ipv4]\nmethod=disabled\n[ipv6]\nmethod=disabled\n'
  assert.equal(codesOf(smallSpec(), { tamper: profile(off) as never }), ['ACC001', 'ACC041'])
  assert.equal(codesOf(cable(OFF), { tamper: profile('[connection]\ntype=ethernet\n') as never }), [])
  assert.equal(codesOf(cable(OFF), { tamper: profile('[connection]\ntype=wireguard\n') as never }), [])
})

test('addresses that stay are those of the way in', () => {
  const addresses = (spec: LooseSpec) => (outcomeOf(spec).verdict as Proof).addresses
  assert.equal(addresses(smallSpec()), [])
  assert.equal(addresses(cable({})), [])
  assert.equal(addresses(cable(withGateway, { method: 'manual', addresses: ['2001:db8::10/64'] })), [
    '192.0.2.10',
    '2001:db8::10',
  ])
})
