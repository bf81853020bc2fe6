import * as assert from 'uvu/assert'
import { hostText } from '../../../src/device/net/host-address.ts'
import { profiles } from '../../../src/device/network-manager/profiles.ts'
import { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('profiles of NetworkManager')

const ETC = '/etc/NetworkManager/system-connections'
const CABLE = '[connection]\ntype=ethernet\n'

/** Profiles of root's that nobody else can read. */
function rootWith(files: Readonly<Record<string, string>>, mode = 0o600, uid = 0) {
  const tree = memoryTree(files)
  for (const [path, node] of tree.nodes) {
    if (path.startsWith(`${ETC}/`) && node.kind === 'file') tree.nodes.set(path, { ...node, mode, uid })
  }
  return new MemoryTree('root', tree.nodes)
}

const addressing = (lines: string) =>
  profiles(rootWith({ [`${ETC}/a.nmconnection`]: `${CABLE}\n[ipv4]\n${lines}\n` }))[0]?.ipv4

test('addresses, routers and routes are read in every form that a profile has for them', () => {
  for (const lines of [
    'method=manual\naddress1=192.0.2.10/24,192.0.2.1\nroute1=10.0.0.0/8,192.0.2.2,5',
    'method=manual\naddress=192.0.2.10/24\ngateway=192.0.2.1\nroutes1=10.0.0.0/8',
    'method = manual\naddresses1=192.0.2.10/24;192.0.2.1\nroute2=10.0.0.0/8',
  ]) {
    const found = addressing(lines)
    assert.is(found?.method, 'manual')
    assert.equal(found?.addresses.map(hostText), ['192.0.2.10'])
    assert.is(found?.hasGateway, true)
    assert.is(found?.routes.length, 1)
  }
  assert.is(addressing('')?.method, 'auto')
  for (const none of [
    'address1=192.0.2.10/24',
    'address1=192.0.2.10/24,0.0.0.0',
    'gateway=192.0.2.1\nnever-default=true',
  ])
    assert.is(addressing(`method=manual\n${none}`)?.hasGateway, false, none)
  assert.is(addressing('method=manual\naddress1=192.0.2.10/24\nroute1=0.0.0.0/0,192.0.2.1')?.hasGateway, true)
})

test('the kind and the interface', () => {
  const files = {
    [`${ETC}/a.nmconnection`]: '[connection]\ntype=802-11-wireless\ninterface-name=wlan1\n',
    [`${ETC}/b.nmconnection`]: '[connection]\ntype=wireguard\n',
  }
  assert.equal(
    profiles(rootWith(files)).map(({ type, interface: name }) => [type, name]),
    [
      ['wifi', 'wlan1'],
      ['wireguard', undefined],
    ],
  )
})

test('what NetworkManager passes over, or does not bring up by itself, is left out', () => {
  const one = { [`${ETC}/a.nmconnection`]: CABLE }
  assert.is(profiles(rootWith(one)).length, 1)
  assert.equal(profiles(rootWith(one, 0o644)), [])
  assert.equal(profiles(rootWith(one, 0o600, 1000)), [])
  assert.equal(profiles(rootWith({ [`${ETC}/a.nmconnection`]: `${CABLE}autoconnect=false\n` })), [])
  assert.equal(profiles(rootWith({ [`${ETC}/.a.nmconnection`]: CABLE, [`${ETC}/b~`]: CABLE, [`${ETC}/c`]: 'x' })), [])
  assert.equal(profiles(rootWith({ ...one, '/etc/NetworkManager/NetworkManager.conf': '[keyfile]\npath=/srv\n' })), [])
})

test('those of packages count where none of that name is the administrator’s', () => {
  const lib = '/usr/lib/NetworkManager/system-connections/a.nmconnection'
  assert.equal(
    profiles(rootWith({ [lib]: CABLE })).map(({ file }) => file),
    [lib],
  )
  assert.equal(
    profiles(rootWith({ [lib]: CABLE, [`${ETC}/a.nmconnection`]: CABLE })).map(({ file }) => file),
    [`${ETC}/a.nmconnection`],
  )
})
