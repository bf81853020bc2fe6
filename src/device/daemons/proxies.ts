import { configLines, flagIn, lastNamed, listOf, named } from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, type Prediction, tcp, udp } from './daemon-listener.ts'
import { addressesOf, endpointOf, portOf } from './endpoint.ts'

/** http_port and https_port of squid.conf; `http_access allow all` makes it everybody's. */
const squid: DaemonReader = ({ root, words }) => {
  const file = flagIn(words, '-f') ?? '/etc/squid/squid.conf'
  const lines = configLines(root, file, {
    between: ' ',
    includes: ({ key, value }) => (key === 'include' ? value.split(/\s+/) : undefined),
  })
  const decides = named(lines, 'http_access').find(({ value }) => /^(allow|deny)\s+all\s*$/.test(value))
  const isOpen = decides?.value.startsWith('allow')
  const ports = [...named(lines, 'http_port'), ...named(lines, 'https_port')]
  const own = ports.flatMap(({ key, value, at }) => {
    const { addresses, port } = endpointOf(value.split(/\s+/)[0] ?? '')
    const authentication = isOpen === true ? false : undefined
    return tcp(isOpen === true ? (decides?.at ?? at) : at, port, addresses, {
      tls: key === 'https_port',
      authentication,
    })
  })
  const icp = lastNamed(lines, 'icp_port')
  return [...own, ...(icp === undefined ? [] : udp(icp.at, portOf(icp.value), 'all'))]
}

/** `listen-address` of privoxy's config; several may be given. */
const privoxy: DaemonReader = ({ root }) => {
  const file = '/etc/privoxy/config'
  const listens = named(configLines(root, file, { between: ' ' }), 'listen-address')
  if (listens.length === 0) return tcp({ file, line: undefined }, 8118, ['127.0.0.1'], { tls: false })
  return listens.flatMap(({ value, at }) => {
    const { addresses, port } = endpointOf(value)
    return tcp(at, port ?? 8118, addresses, { tls: false, authentication: false })
  })
}

/** tinyproxy.conf(5): without `Allow` it serves everybody. */
const tinyproxy: DaemonReader = ({ root }) => {
  const file = '/etc/tinyproxy/tinyproxy.conf'
  const lines = configLines(root, file, { between: ' ' })
  const port = lastNamed(lines, 'port')
  const listens = named(lines, 'listen').map(({ value }) => value)
  const isGuarded = named(lines, 'allow').length + named(lines, 'basicauth').length > 0
  const authentication = isGuarded ? undefined : false
  const addresses = listens.length === 0 ? 'all' : addressesOf(listens)
  return tcp(port?.at ?? { file, line: undefined }, portOf(port?.value) ?? 8888, addresses, {
    tls: false,
    authentication,
  })
}

/** torrc: SocksPort 9050 of the loopback by default; ORPort, DirPort and the others where they are set. */
const tor: DaemonReader = ({ root }) => {
  const file = '/etc/tor/torrc'
  const lines = configLines(root, file, {
    between: ' ',
    includes: ({ key, value }) =>
      key === '%include' ? value.split(/\s+/).map((one) => one.replace(/\/$/, '/*')) : undefined,
  })
  const open = (key: string, isTls: boolean) =>
    named(lines, key).flatMap(({ value, at }): readonly Prediction[] => {
      const [where = '', ...options] = value.split(/\s+/)
      if (/^(unix:|auto|0$)/.test(where) || options.includes('NoListen')) return []
      const { addresses, port } = endpointOf(where)
      const isPlain = /^\d+$/.test(where) && key !== 'orport' && key !== 'dirport'
      return tcp(at, port, isPlain ? ['127.0.0.1'] : addresses, { tls: isTls })
    })
  const socks = named(lines, 'socksport').concat(named(lines, 'socks5port'))
  const usual = socks.length === 0 ? tcp({ file, line: undefined }, 9050, ['127.0.0.1']) : open('socksport', false)
  const dns = named(lines, 'dnsport').flatMap(({ value, at }) => {
    const { addresses, port } = endpointOf(value.split(/\s+/)[0] ?? '')
    return udp(at, port, /^\d+$/.test(value) ? ['127.0.0.1'] : addresses)
  })
  const rest = ['dirport', 'controlport', 'transport', 'httptunnelport'].flatMap((key) => open(key, false))
  return [...usual, ...open('orport', true), ...dns, ...rest]
}

/** `accept` of each service of stunnel's files; a port alone is on every address. */
const stunnel: DaemonReader = ({ root }) =>
  root
    .list('/etc/stunnel')
    .filter((name) => name.endsWith('.conf'))
    .flatMap((name) =>
      named(configLines(root, `/etc/stunnel/${name}`, { between: '=', comments: '#;' }), 'accept').flatMap(
        ({ value, at }) => {
          const { addresses, port } = endpointOf(value)
          return tcp(at, port, addresses, { tls: true })
        },
      ),
    )

/** A word after the options of its unit (`-a :6081`); on every address. */
const varnish: DaemonReader = ({ words, file }) => {
  const given = words.flatMap((word, index) => (word === '-a' ? listOf(words[index + 1]).slice(0, 1) : []))
  return (given.length === 0 ? [':80'] : given).flatMap((where) => {
    const { addresses, port } = endpointOf(where)
    return tcp({ file, line: undefined }, port, addresses, { tls: false })
  })
}

/** Programs that hand on what others ask for. */
export const proxies: DaemonReaders = {
  squid,
  privoxy,
  tinyproxy,
  tor,
  stunnel4: stunnel,
  'stunnel@': stunnel,
  varnish,
}
