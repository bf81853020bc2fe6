import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { network } from '../../src/core/controls/network.ts'
import { contextOf } from '../support/control.ts'
import { smallSpec, specOf } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { runIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { addresses, Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { settleAlone } from './support/site.ts'

const test = suite('addresses as NetworkManager gives them')

/** The profiles that a spec's connections lead to. */
function profilesOf(connections: object) {
  const spec = specOf({ ...smallSpec(), network: connections }, { psk: 'correct horse\n' })
  const part = network.compile(contextOf(spec, { packages: new Map([['network-manager', '1']]) }))
  assert.equal(part.problems ?? [], [])
  return (part.operations ?? []).filter(
    (operation) => operation.kind === 'file' && /nmconnection$/.test(operation.path),
  )
}

function textOf(connections: object): string {
  const [profile] = profilesOf(connections)
  return profile?.kind === 'file' ? new TextDecoder().decode(profile.content) : ''
}

/** What stands in a spec, and the settings (nm-settings-nmcli(5)) that it means. */
const meanings: readonly (readonly [wired: object, means: Readonly<Record<string, string>>])[] = [
  [{}, { 'ipv4.method': 'auto', 'ipv6.method': 'auto', 'connection.interface-name': '', 'ipv4.addresses': '' }],
  [
    {
      interface: 'eth0',
      mac: 'dc:a6:32:01:02:03',
      ipv4: {
        method: 'manual',
        addresses: ['192.0.2.10/24', '198.51.100.7/31'],
        gateway: '192.0.2.1',
        dns: ['192.0.2.53', '203.0.113.53'],
        routes: [{ to: '10.0.0.0/8', via: '192.0.2.254' }, { to: '172.16.0.0/12' }],
      },
      ipv6: { method: 'disabled' },
    },
    {
      'connection.interface-name': 'eth0',
      '802-3-ethernet.mac-address': 'DC:A6:32:01:02:03',
      'ipv4.method': 'manual',
      'ipv4.addresses': '192.0.2.10/24, 198.51.100.7/31',
      'ipv4.gateway': '192.0.2.1',
      'ipv4.dns': '192.0.2.53,203.0.113.53',
      'ipv4.routes': '10.0.0.0/8 192.0.2.254, 172.16.0.0/12',
      'ipv6.method': 'disabled',
    },
  ],
  [
    {
      ipv4: { method: 'disabled' },
      ipv6: {
        method: 'manual',
        addresses: ['2001:db8:1::10/64'],
        gateway: 'fe80::1',
        dns: ['2001:db8::53'],
        routes: [{ to: '2001:db8:2::/48', via: '2001:db8:1::2' }],
      },
    },
    {
      'ipv4.method': 'disabled',
      'ipv6.method': 'manual',
      'ipv6.addresses': '2001:db8:1::10/64',
      'ipv6.gateway': 'fe80::1',
      'ipv6.dns': '2001:db8::53',
      'ipv6.routes': '2001:db8:2::/48 2001:db8:1::2',
    },
  ],
  [
    { ipv4: { dns: ['192.0.2.53'], routes: [{ to: '10.0.0.0/8', via: '192.0.2.254' }] } },
    { 'ipv4.method': 'auto', 'ipv4.dns': '192.0.2.53', 'ipv4.routes': '10.0.0.0/8 192.0.2.254' },
  ],
]

for (const release of releases) {
  test(`${release}: each key of a connection is the setting that it is meant to be`, () => {
    const root = debianRoot(release, 'lite')
    const asNetworkManager = (profile: string, ...change: string[]) =>
      runIn(root, ['nmcli', '--offline', 'connection', 'modify', ...change], { input: profile })
    for (const [wired, means] of meanings) {
      const profile = textOf({ wired: [wired] })
      const read = asNetworkManager(profile, 'connection.autoconnect', 'yes')
      // From the settings alone: what is not said in them is lost, what is said is added.
      const bare = profile.replace(/^(?!\[|id=|uuid=|type=|method=).*\n/gm, '')
      const given = Object.entries(means).flatMap(([key, value]) => (key.endsWith('.method') ? [] : [key, value]))
      const methods = Object.entries(means).flatMap(([key, value]) => (key.endsWith('.method') ? [key, value] : []))
      assert.is(asNetworkManager(bare.replaceAll(/^method=.*$/gm, 'method=auto'), ...given, ...methods), read)
    }
  })

  test(`${release}: a booted device has its addresses, routes and name servers, and answers there`, async () => {
    const root = scratch(debianRoot(release, 'lite'))
    settleAlone(root)
    const connections = {
      wired: [
        {
          interface: 'eth0',
          ipv4: {
            method: 'manual',
            addresses: [`${addresses.device}/24`],
            gateway: addresses.owner,
            dns: [addresses.stranger],
            routes: [{ to: '198.51.100.0/24', via: addresses.attacker }],
          },
          ipv6: { method: 'manual', addresses: ['2001:db8::1/64'], gateway: 'fe80::2' },
        },
        { interface: 'eth1' },
      ],
      wifi: {
        country: 'AT',
        networks: [{ ssid: 'kit', pskFile: 'psk', ipv4: { method: 'manual', addresses: ['203.0.113.9/25'] } }],
      },
    }
    for (const operation of profilesOf(connections)) {
      if (operation.kind !== 'file') continue
      mkdirSync(join(root, dirname(operation.path)), { recursive: true })
      writeFileSync(join(root, operation.path), operation.content, { mode: operation.mode })
    }
    const wire = new Network()
    const container = new Container(root, { network: wire })
    try {
      await container.until('the address', 90, () =>
        container.attempt(['ip', '-4', 'address', 'show', 'dev', 'eth0']).stdout.includes(`${addresses.device}/24`),
      )
      const shown = container.run(['nmcli', '--terse', '--fields', 'NAME,UUID,TYPE,DEVICE', 'connection', 'show'])
      assert.match(shown, /^pibake-wired\.eth0:[0-9a-f-]{36}:802-3-ethernet:eth0$/m)
      assert.match(shown, /^pibake-kit:[0-9a-f-]{36}:802-11-wireless:$/m)
      assert.match(shown, /^pibake-wired\.eth1:[0-9a-f-]{36}:802-3-ethernet:$/m)
      const routes = container.run(['ip', 'route'])
      assert.match(routes, new RegExp(`^default via ${addresses.owner} dev eth0 `, 'm'))
      assert.match(routes, new RegExp(`^198\\.51\\.100\\.0/24 via ${addresses.attacker} dev eth0 `, 'm'))
      await container.until('IPv6', 20, () => container.run(['ip', '-6', 'address']).includes('2001:db8::1/64'))
      assert.match(container.run(['ip', '-6', 'route']), /^default via fe80::2 dev eth0 /m)
      assert.match(container.run(['nmcli', '--get-values', 'IP4.DNS', 'device', 'show', 'eth0']), /192\.0\.2\.50/)
      assert.is(
        container.run(['nmcli', '--get-values', 'ipv4.addresses', 'connection', 'show', 'pibake-kit']).trim(),
        '203.0.113.9/25',
      )
      const scan = () => wire.attempt(['ssh-keyscan', '-T', '5', addresses.device]).stdout
      await container.until('sshd', 60, () => scan().includes('192.0.2.1 ssh-ed25519 '))
    } finally {
      await container.remove()
      wire.remove()
      discard(root)
    }
  })
}
