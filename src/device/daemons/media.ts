import { configLines, configText, flagIn, isNo, isYes, lastNamed, named } from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, type Prediction, tcp, udp } from './daemon-listener.ts'
import { addressesOf, endpointOf, portOf } from './endpoint.ts'

/** motion_guide: the control of 8080 and the streams of 8081, of the loopback unless that is switched off. */
const motion: DaemonReader = ({ root }) => {
  const file = '/etc/motion/motion.conf'
  const lines = configLines(root, file, { between: ' ', comments: '#;' })
  return (['webcontrol', 'stream'] as const).flatMap((kind) => {
    const port = lastNamed(lines, `${kind}_port`)
    const local = lastNamed(lines, `${kind}_localhost`)
    const addresses = isNo(local?.value) ? 'all' : ['127.0.0.1', '::1']
    const tls = isYes(lastNamed(lines, `${kind}_tls`)?.value)
    const authentication = /^[1-9]|^(basic|digest)/i.test(lastNamed(lines, `${kind}_auth_method`)?.value ?? '0')
    const at = local?.at ?? port?.at ?? { file, line: undefined }
    return tcp(at, portOf(port?.value), addresses, { tls, authentication })
  })
}

/** mpd.conf(5): without `bind_to_address` it listens on every address; a password restricts who changes what. */
const mpd: DaemonReader = ({ root }) => {
  const file = '/etc/mpd.conf'
  const lines = configLines(root, file, { between: ' ' })
  const binds = named(lines, 'bind_to_address').filter(({ value }) => !/^[/@~]/.test(value))
  const all = named(lines, 'bind_to_address')
  const port = portOf(lastNamed(lines, 'port')?.value) ?? 6600
  const authentication = named(lines, 'password').length > 0
  const at = binds.at(-1)?.at ?? { file, line: undefined }
  if (all.length > 0 && binds.length === 0) return []
  const each = binds.length === 0 ? ['any'] : binds.map(({ value }) => value)
  return each.flatMap((one) => {
    const where = endpointOf(one)
    return tcp(at, where.port ?? port, where.addresses, { tls: false, authentication })
  })
}

/** No configuration of icecast has more. */
const MOST_SOCKETS = 50

/** icecast.xml: `listen-socket`s; everybody may listen, who sends needs the password, which is `hackme` at first. */
const icecast: DaemonReader = ({ root }) => {
  const file = '/etc/icecast2/icecast.xml'
  const text = configText(root, file).replace(/<!--[\s\S]*?(?:-->|$)/g, (comment) => comment.replace(/[^\n]/g, ' '))
  const element = (name: string, inside: string) => inside.split(`<${name}>`)[1]?.split('<')[0]?.trim()
  const hackme = text.split('\n').findIndex((line) => /<(source|admin)-password>hackme</.test(line))
  return text
    .split('<listen-socket>', MOST_SOCKETS)
    .slice(1)
    .flatMap((rest, index): readonly Prediction[] => {
      const own = rest.split('</listen-socket>')[0] ?? ''
      const line = text
        .split('<listen-socket>')
        .slice(0, index + 1)
        .join('<listen-socket>')
        .split('\n').length
      const at = { file, line: hackme < 0 ? line : hackme + 1 }
      const tls = isYes(element('tls', own) ?? element('ssl', own))
      const authentication = hackme < 0
      return tcp(at, portOf(element('port', own)), addressesOf([element('bind-address', own) ?? '']), {
        tls,
        authentication,
      })
    })
}

/**
 * transmission's settings.json; `rpc-whitelist` answers the device itself alone as long as it is on. Version 4, which came
 * with Trixie, looks for others of the network (`lpd-enabled`) unless it is told not to.
 */
const transmission: DaemonReader = ({ root, release }) => {
  const file = '/etc/transmission-daemon/settings.json'
  const settings = jsonAt(configText(root, file))
  const is = (key: string, usual: boolean) => (settings[key] === undefined ? usual : Boolean(settings[key]))
  const isListed = is('rpc-whitelist-enabled', true) && !/\*\.\*\.\*\.\*/.test(String(settings['rpc-whitelist'] ?? ''))
  const authentication = is('rpc-authentication-required', false) || isListed
  const at = { file, line: undefined }
  const rpc = addressesOf([String(settings['rpc-bind-address'] ?? '0.0.0.0')])
  const peer = numberIn(settings['peer-port']) ?? 51413
  const bound = addressesOf([String(settings['bind-address-ipv4'] ?? '0.0.0.0')])
  return [
    ...(is('rpc-enabled', true)
      ? tcp(at, numberIn(settings['rpc-port']) ?? 9091, rpc, { tls: false, authentication })
      : []),
    ...tcp(at, peer, bound),
    ...(is('utp-enabled', true) || is('dht-enabled', true) ? udp(at, peer, bound) : []),
    ...(is('lpd-enabled', release === 'trixie') ? udp(at, 6771, 'all') : []),
  ]
}

function jsonAt(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** lirc_options.conf: `listen` of `[lircd]`; else a socket of the file system alone. */
const lircd: DaemonReader = ({ root }) => {
  const lines = configLines(root, '/etc/lirc/lirc_options.conf', { between: '=' })
  const listen = lastNamed(lines, 'listen', 'lircd')
  if (listen === undefined || isNo(listen.value)) return []
  const { addresses, port } = endpointOf(listen.value)
  return tcp(listen.at, port ?? 8765, addresses, { tls: false, authentication: false })
}

/** cupsd.conf(5): `Port` and `Listen`, `SSLListen` and `SSLPort` with TLS; a path is a socket of the file system. */
const cups: DaemonReader = ({ root }) => {
  const lines = configLines(root, '/etc/cups/cupsd.conf', { between: ' ' })
  const KINDS = ['listen', 'port', 'ssllisten', 'sslport']
  return lines
    .filter(({ key }) => KINDS.includes(key))
    .flatMap(({ key, value, at }) => {
      const { addresses, port } = endpointOf(value)
      return value.startsWith('/')
        ? []
        : tcp(at, port ?? 631, addresses, { tls: key.startsWith('ssl') ? true : undefined })
    })
}

/** murmur's ini: `port`, 64738 of both protocols. */
const mumble: DaemonReader = ({ root }) => {
  const file =
    ['/etc/mumble/mumble-server.ini', '/etc/mumble-server.ini'].find((one) => configText(root, one) !== '') ?? ''
  const lines = configLines(root, file, { between: '=', comments: '#;' })
  const port = lastNamed(lines, 'port')
  const host = lastNamed(lines, 'host')?.value ?? ''
  const at = port?.at ?? { file, line: undefined }
  const number = portOf(port?.value) ?? 64738
  const addresses = addressesOf(host.split(/\s+/))
  return [...tcp(at, number, addresses, { tls: true }), ...udp(at, number, addresses, { tls: true })]
}

/** wsdd(1): it answers computers of Windows that look for the device. */
const wsdd: DaemonReader = ({ file }) => [
  ...udp({ file, line: undefined }, 3702, 'all'),
  ...tcp({ file, line: undefined }, 5357, 'all'),
]

/** iperf3(1): `-p` and `-B`. */
const iperf3: DaemonReader = ({ words, file }) =>
  tcp(
    { file, line: undefined },
    portOf(flagIn(words, '-p', '--port')) ?? 5201,
    addressesOf([flagIn(words, '-B', '--bind') ?? '']),
  )

/** Of distcc's /etc/default: whoever may send work has it carried out. */
const distcc: DaemonReader = ({ root, file: by }) => {
  const file = '/etc/default/distcc'
  const lines = configLines(root, file, { between: '=' })
  // Only the script of older releases asks whether it is to start.
  if (by.startsWith('/etc/init.d/') && !isYes(lastNamed(lines, 'startdistcc')?.value ?? 'true')) return []
  const listener = lastNamed(lines, 'listener')
  const allowed = lastNamed(lines, 'allowednets')
  const isOpen = /0\.0\.0\.0\/0|::\/0/.test(allowed?.value ?? '')
  const at = (isOpen ? allowed?.at : undefined) ?? listener?.at ?? { file, line: undefined }
  return tcp(at, 3632, addressesOf([listener?.value ?? '']), { tls: false, authentication: isOpen ? false : undefined })
}

/** Programs for sound, pictures, printing and whatever else a house has. */
export const media: DaemonReaders = {
  motion,
  mpd,
  icecast2: icecast,
  'transmission-daemon': transmission,
  lircd,
  cups,
  'mumble-server': mumble,
  wsdd,
  'wsdd-server': wsdd,
  iperf3,
  distcc,
  distccd: distcc,
}
