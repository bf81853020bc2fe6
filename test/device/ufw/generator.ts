import * as fc from 'fast-check'

const pick = (...values: readonly string[]) => fc.constantFrom(...values)
const maybe = (arbitrary: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), arbitrary)

const port = fc.oneof(pick('22', '53', '80', '443', '8080'), fc.integer({ min: 0, max: 65536 }).map(String))
const range = fc.tuple(port, port).map(([low, high]) => `${low}:${high}`)
const list = fc.array(fc.oneof(port, range), { minLength: 1, maxLength: 9 }).map((ports) => ports.join(','))
const service = pick('ssh', 'http', 'https', 'domain', 'ntp', 'smtp', 'mdns', 'snmp', 'whois', 'nosuch', 'coap')
const ports = fc.oneof({ weight: 4, arbitrary: port }, list, service)
const exact = pick('OpenSSH', "'WWW Full'", 'CIFS', 'NFS', 'DNS', 'KTorrent', 'MSN', "'Kerberos Full'", 'Nothing')
// At the source, ufw turns a profile in other upper and lower case into a rule that iptables does not load.
const app = fc.oneof(exact, pick("'kerberos full'", 'openssh', 'dns'))
const octet = fc.integer({ min: 0, max: 255 })
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'))
const group = fc.oneof(
  fc.constant('0'),
  fc.integer({ min: 0, max: 65535 }).map((n) => n.toString(16)),
)
const ipv6 = fc.oneof(
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
  fc.array(group, { minLength: 1, maxLength: 5 }).map((groups) => `${groups.join(':')}::`),
  fc.array(group, { minLength: 1, maxLength: 5 }).map((groups) => `::${groups.join(':')}`),
  ipv4.map((address) => `::ffff:${address}`),
)
const address = fc.oneof(
  { weight: 3, arbitrary: fc.constant('any') },
  pick('192.0.2.0/24', '192.0.2.7', '10.0.0.0/8', '2001:db8::/32', '192.0.2.9/255.255.0.0', '0.0.0.0/0', '::/0'),
  fc.tuple(ipv4, fc.integer({ min: 0, max: 33 })).map(([host, prefix]) => `${host}/${prefix}`),
  fc.tuple(ipv6, fc.integer({ min: 0, max: 129 })).map(([host, prefix]) => `${host}/${prefix}`),
  ipv4,
  ipv6,
)
const proto = pick('tcp', 'udp', 'tcp', 'udp', 'any', 'esp', 'ah', 'gre', 'igmp', 'ipv6', 'vrrp', 'icmp')
const iface = pick('eth0', 'eth1', 'wlan0', 'wg0', 'br-lan', 'eth+', 'vport')
const words = (...parts: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(...parts).map((found) => found.filter((part) => part !== '').join(' '))
const action = pick('allow', 'deny', 'reject', 'limit')
const log = maybe(pick('log', 'log-all'))
const comment = maybe(pick("comment 'a text'", 'comment word', "comment 'ä ☃'", "comment ''"))
const where = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  fc.constant('prepend'),
  fc.integer({ min: 1, max: 9 }).map((position) => `insert ${position}`),
)

const simple = words(
  where,
  action,
  maybe(pick('in', 'out')),
  log,
  fc.oneof(
    app,
    words(ports),
    fc.tuple(ports, proto).map(([some, one]) => `${some}/${one}`),
  ),
  comment,
)
const side = (name: 'from' | 'to') =>
  words(
    fc.constant(name),
    address,
    maybe(
      fc.oneof(
        ports.map((some) => `port ${some}`),
        (name === 'from' ? exact : app).map((one) => `app ${one}`),
      ),
    ),
  )
const ends = fc.oneof(side('from'), side('to'), words(side('from'), side('to')), words(side('to'), side('from')))
const full = words(
  where,
  action,
  maybe(fc.oneof(pick('in', 'out'), words(pick('in', 'out'), fc.constant('on'), iface))),
  log,
  ends,
  maybe(proto.map((one) => `proto ${one}`)),
  comment,
)
const route = words(
  fc.constant('route'),
  where,
  action,
  maybe(iface.map((one) => `in on ${one}`)),
  maybe(iface.map((one) => `out on ${one}`)),
  log,
  ends,
  maybe(proto.map((one) => `proto ${one}`)),
  comment,
)
const few = pick(
  'allow 22/tcp',
  'deny 22/tcp',
  'allow CIFS',
  'limit CIFS',
  'prepend allow NFS',
  'insert 2 allow 80/tcp',
)

/** Lists of rules, most of them such as ufw takes; insertions and repetitions are frequent. */
export const ruleLists: fc.Arbitrary<string[]> = fc.array(
  fc.oneof({ weight: 3, arbitrary: simple }, { weight: 4, arbitrary: full }, route, { weight: 2, arbitrary: few }),
  { minLength: 1, maxLength: 8 },
)
