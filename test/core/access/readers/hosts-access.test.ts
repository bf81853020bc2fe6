import * as assert from 'uvu/assert'
import { hostsByName, hostsGate } from '../../../../src/core/access/readers/hosts-access.ts'
import type { Behaviour } from '../../../../src/device/inspect/inventory.ts'
import { spelled } from '../../../../src/device/net/reach.ts'
import { behaviours } from '../../../../src/sample/behaviours.ts'
import { outcomeOf } from '../../../support/plan.ts'
import { fullSpec, smallSpec } from '../../../support/spec.ts'
import { suite } from '../../../support/suite.ts'
import { deviceWith, type Planted, short } from './device.ts'

const test = suite('reader: hosts.allow and hosts.deny')

function seen(planted: Planted, behaviour?: Behaviour) {
  const device = deviceWith(planted, smallSpec(), behaviour)
  return [hostsGate(device).reach.map((part) => spelled(part).from), hostsByName(device).map(short)]
}

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: the stock image has nothing to tell`, () => {
    assert.equal(seen({}, behaviour), [['everywhere'], []])
    assert.equal(hostsByName(deviceWith({}, fullSpec(), behaviour)), [])
  })
}

test('Debian’s own files hold comments alone', () => {
  const text =
    '# /etc/hosts.deny: list of hosts that are _not_ allowed.\n#\n# Example:    ALL: some.host.name\n# ALL: PARANOID\n'
  assert.equal(seen({ '/etc/hosts.deny': text, '/etc/hosts.allow': text }), [['everywhere'], []])
})

test('all are turned away, or all but a network', () => {
  assert.equal(seen({ '/etc/hosts.deny': 'ALL: ALL\n' }), [[], []])
  assert.equal(seen({ '/etc/hosts.deny': 'ALL: ALL\n', '/etc/hosts.allow': 'sshd: 10.\n' }), [[['10.0.0.0/8']], []])
  assert.equal(seen({ '/etc/hosts.deny': 'portmap: ALL\n' }), [['everywhere'], []])
})

test('names decide: not proved where nothing else lets in', () => {
  const deny = { '/etc/hosts.deny': 'ALL: ALL\n' }
  assert.equal(seen({ ...deny, '/etc/hosts.allow': '\nsshd: .example.org\n' }), [
    ['everywhere'],
    ['unproved ssh * ACC054 /etc/hosts.allow:2'],
  ])
  assert.equal(seen({ ...deny, '/etc/hosts.allow': 'sshd: .example.org, 10.\n' }), [[['10.0.0.0/8']], []])
})

test('whom hosts.deny turns away is told, and refused when it is everybody', () => {
  const deny = (text: string) =>
    outcomeOf(smallSpec(), {
      tamper: (root) =>
        root.nodes.set('/etc/hosts.deny', {
          kind: 'file',
          content: new TextEncoder().encode(text),
          mode: 0o644,
          uid: 0,
          gid: 0,
        }),
    })
  assert.equal([deny('ALL: ALL\n').exit, deny('ALL: ALL\n').codes.includes('ACC018')], [5, true])
  const [way] = deny('sshd: 203.0.113.0/24\n').verdict?.ways ?? []
  assert.equal([way?.from, way?.except], ['everywhere', ['203.0.113.0/24']])
})
