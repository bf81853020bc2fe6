import type { Tree } from '../../storage/tree/tree.ts'
import { type BlockGrammar, readBlocks, those } from './blocks.ts'
import { configText } from './config-lines.ts'
import {
  type ConfigPlace,
  type DaemonReader,
  type DaemonReaders,
  type Listening,
  type Prediction,
  tcp,
  udp,
} from './daemon-listener.ts'
import { addressesOf, portOf } from './endpoint.ts'

/** Services that hand out more than a greeting, and how: by names of services and of programs. */
const KNOWN: readonly (readonly [name: RegExp, facts: Pick<Listening, 'tls' | 'authentication'>])[] = [
  [/^(telnet|ftp|login|exec|pop3|imap2|imap)$/, { tls: false, authentication: true }],
  [/^(shell|rsh)$/, { tls: false, authentication: false }],
]

const factsOf = (name: string) => KNOWN.find(([one]) => one.test(name))?.[1] ?? {}

/** `telnet/tcp` with its port, of /etc/services (services(5)). */
function servicePorts(root: Tree): ReadonlyMap<string, number> {
  const lines = configText(root, '/etc/services').split('\n')
  const entries = lines.flatMap((text): (readonly [string, number])[] => {
    const [name = '', port = '', ...aliases] = text.replace(/#.*/, '').trim().split(/\s+/)
    const [number, protocol] = port.split('/')
    const own = portOf(number)
    return own === undefined ? [] : [name, ...aliases].map((one) => [`${one}/${protocol}`, own] as const)
  })
  return new Map(entries.reverse())
}

/** inetd.conf(5): `[ADDRESS:]SERVICE TYPE PROTOCOL …`; openbsd-inetd's `tcp6`, `tcp46`. */
const inetd: DaemonReader = ({ root }) => {
  const file = '/etc/inetd.conf'
  const services = servicePorts(root)
  return configText(root, file)
    .split('\n')
    .flatMap((text, index): readonly Prediction[] => {
      const [first = '', type = '', kind = ''] = text.trim().split(/\s+/)
      const protocol = /^(tcp|udp)(4|6|46)?$/.exec(kind)?.[1] as Listening['protocol'] | undefined
      if (/^[#@/]/.test(first) || protocol === undefined || !/^(stream|dgram)$/.test(type)) return []
      const [, address = '', name = first] = /^(.*):([^:]+)$/.exec(first) ?? []
      return socketOf(services, { file, line: index + 1 }, protocol, name, name, address)
    })
}

function socketOf(
  services: ReadonlyMap<string, number>,
  at: ConfigPlace,
  protocol: Listening['protocol'],
  name: string,
  port: string,
  address: string,
): readonly Prediction[] {
  const number = portOf(port) ?? services.get(`${port}/${protocol}`)
  if (number === undefined) return [{ untold: `/etc/services has no port of ${port}`, at }]
  return (protocol === 'tcp' ? tcp : udp)(at, number, addressesOf([address]), factsOf(name))
}

const XINETD: BlockGrammar = {
  ends: '\n',
  folder: '/etc/xinetd.d',
  includes: ([name, path = '']) => (name === 'includedir' ? `${path}/*` : name === 'include' ? path : undefined),
}

/** xinetd.conf(5): each `service` that is not disabled; names with a dot are passed over. */
const xinetd: DaemonReader = ({ root }) => {
  const services = servicePorts(root)
  const all = readBlocks(root, '/etc/xinetd.conf', XINETD)
  return all.flatMap(({ words, block = [], at }): readonly Prediction[] => {
    const isPassedOver = at.file !== '/etc/xinetd.conf' && /[.~]/.test(at.file.slice(at.file.lastIndexOf('/')))
    if (words[0]?.toLowerCase() !== 'service' || isPassedOver) return []
    const value = (key: string) => those(block, key).at(-1)?.words.slice(2)
    if (value('disable')?.[0]?.toLowerCase() === 'yes' || value('type')?.includes('TCPMUX') === true) return []
    const protocol = value('protocol')?.[0] ?? (value('socket_type')?.[0] === 'dgram' ? 'udp' : 'tcp')
    if (protocol !== 'tcp' && protocol !== 'udp') return []
    const name = words[1] ?? ''
    const address = value('bind')?.[0] ?? value('interface')?.[0] ?? ''
    return socketOf(services, at, protocol, name, value('port')?.[0] ?? name, address)
  })
}

/** Programs that listen for others. */
export const superServers: DaemonReaders = {
  inetd,
  'openbsd-inetd': inetd,
  'inetutils-inetd': inetd,
  xinetd,
}
