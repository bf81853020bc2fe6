import * as assert from 'uvu/assert'
import { parse, smallSpec, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('checks of addresses and interfaces')

/** `error CODE key` of each problem of the connections. */
function problemsOf(network: object): string[] {
  return parse({ ...smallSpec(), network }, { psk: 'correct horse\n' }, TODAY)
    .problems.filter(({ code }) => !code.startsWith('ACC'))
    .map(({ severity, code, path }) => `${severity} ${code} ${path.slice(1).join('.')}`)
}

const manual = (more: object) => ({ method: 'manual', addresses: ['192.0.2.10/24'], dns: ['192.0.2.53'], ...more })
const wired4 = (more: object) => ({ wired: [{ ipv4: manual({ gateway: '192.0.2.1', ...more }) }] })
const wired6 = (ipv6: object) => ({ wired: [{ ipv6: { method: 'manual', ...ipv6 } }] })

const sound: object[] = [
  { wired: [] },
  { wired: [{}] },
  wired4({}),
  wired4({ addresses: ['192.0.2.10/31'], gateway: '192.0.2.11' }),
  wired4({ addresses: ['192.0.2.10/32'] }),
  wired4({ routes: [{ to: '10.0.0.0/8', via: '192.0.2.2' }, { to: '10.0.0.0/8' }] }),
  wired6({ addresses: ['fd00:1::10/64'], gateway: 'fe80::1' }),
  wired6({ addresses: ['fd00:1::10/64'], gateway: 'fd00:1::1' }),
  { wired: [{ interface: 'eth0', ipv4: manual({ gateway: '192.0.2.1' }) }, { interface: 'eth1' }] },
  { wired: [{ mac: 'dc:a6:32:01:02:03' }, { mac: 'DC:A6:32:01:02:04' }] },
  {
    wifi: {
      country: 'AT',
      networks: ['home', 'work'].map((ssid) => ({ ssid, pskFile: 'psk', ipv4: manual({ gateway: '192.0.2.1' }) })),
    },
  },
]
for (const network of sound) {
  test(`sound: ${JSON.stringify(network)}`, () => assert.equal(problemsOf(network), []))
}

const at = 'wired.0.ipv4'
const wrong: [network: object, problems: string[]][] = [
  [wired4({ addresses: ['192.0.2.10'] }), [`error NET014 ${at}.addresses.0`]],
  [wired4({ addresses: ['192.0.2.10/33'] }), [`error NET014 ${at}.addresses.0`]],
  [wired4({ addresses: ['192.0.2.0/24'] }), [`error NET014 ${at}.addresses.0`]],
  [wired4({ addresses: ['192.0.2.255/24'] }), [`error NET014 ${at}.addresses.0`]],
  [wired4({ addresses: ['fd00:1::10/64'] }), [`error NET014 ${at}.addresses.0`]],
  [wired6({ addresses: ['192.0.2.10/24'] }), ['error NET014 wired.0.ipv6.addresses.0']],
  [wired4({ gateway: 'fe80::1' }), [`error NET014 ${at}.gateway`]],
  [wired4({ gateway: '192.0.2.1/24' }), [`error NET014 ${at}.gateway`]],
  [wired4({ dns: ['dns.example.org'] }), [`error NET014 ${at}.dns.0`]],
  [wired4({ dns: ['2001:db8::53'] }), [`error NET014 ${at}.dns.0`]],
  [wired4({ routes: [{ to: '10.0.0.1/8' }] }), [`error NET014 ${at}.routes.0.to`]],
  [wired4({ routes: [{ to: '0.0.0.0/0', via: '192.0.2.1' }] }), [`error NET014 ${at}.routes.0.to`]],
  [wired4({ routes: [{ to: '10.0.0.0' }] }), [`error NET014 ${at}.routes.0.to`]],
  [wired4({ addresses: ['169.254.7.7/16'], gateway: '169.254.0.1' }), [`warning NET014 ${at}.addresses.0`]],
  [{ wired: [{ ipv4: { method: 'manual' } }] }, [`error NET015 ${at}`]],
  [{ wired: [{ ipv4: { addresses: ['192.0.2.10/24'] } }] }, [`error NET015 ${at}.addresses`]],
  [{ wired: [{ ipv4: { gateway: '192.0.2.1' } }] }, [`error NET015 ${at}.gateway`]],
  [{ wired: [{ ipv4: { method: 'disabled', dns: ['192.0.2.1'] } }] }, [`error NET015 ${at}.dns`]],
  [{ wired: [{ ipv4: { method: 'disabled', routes: [{ to: '10.0.0.0/8' }] } }] }, [`error NET015 ${at}.routes`]],
  [wired4({ gateway: '198.51.100.1' }), [`error NET016 ${at}.gateway`]],
  [wired4({ gateway: '192.0.2.10' }), [`error NET016 ${at}.gateway`]],
  [wired4({ gateway: '192.0.2.255' }), [`error NET016 ${at}.gateway`]],
  [wired4({ addresses: ['192.0.2.10/31'] }), [`error NET016 ${at}.gateway`]],
  [
    wired4({ addresses: ['192.0.2.10/32'], gateway: undefined }),
    [`warning NET024 ${at}`, `error NET016 ${at}.addresses.0`],
  ],
  [wired4({ routes: [{ to: '10.0.0.0/8', via: '198.51.100.1' }] }), [`error NET016 ${at}.routes.0.via`]],
  [wired4({ addresses: ['192.0.2.10/24', '192.0.2.10/25'] }), [`error NET017 ${at}.addresses.1`]],
  [{ wired: [{}, {}] }, ['error NET017 wired.1']],
  [{ wired: [{ interface: 'eth0' }, {}] }, ['error NET017 wired.1']],
  [{ wired: [{ interface: 'eth0' }, { interface: 'eth0' }] }, ['error NET017 wired.1']],
  [{ wired: [{ mac: 'dc:a6:32:01:02:03' }, { mac: 'DC:A6:32:01:02:03' }] }, ['error NET017 wired.1']],
  [
    { ...wired4({}), wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'psk', ipv4: manual({}) }] } },
    ['error NET017 wifi.networks.0.ipv4.addresses.0'],
  ],
  ...['lo', 'all', 'a-name-that-is-long', 'eth 0', 'eth/0', ''].map((name): [object, string[]] => [
    { wired: [{ interface: name }] },
    ['error NET018 wired.0.interface'],
  ]),
  ...['dca632010203', 'dc:a6:32:01:02', 'ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00', '01:00:5e:00:00:01'].map(
    (mac): [object, string[]] => [{ wired: [{ mac }] }, ['error NET019 wired.0.mac']],
  ),
  [{ wired: [{ ipv4: manual({}), ipv6: { method: 'disabled' } }] }, [`warning NET024 ${at}`]],
  [
    { wired: [{ ipv4: manual({ gateway: '192.0.2.1', dns: [] }), ipv6: { method: 'disabled' } }] },
    [`warning NET024 ${at}`],
  ],
]
for (const [network, problems] of wrong) {
  test(`${problems}: ${JSON.stringify(network)}`, () => assert.equal(problemsOf(network), problems))
}
