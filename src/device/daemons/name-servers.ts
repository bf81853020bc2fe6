import type { Tree } from '../../storage/tree/tree.ts'
import { type BlockGrammar, readBlocks, type Statement, those, within } from './blocks.ts'
import {
  type ConfigLine,
  configLines,
  filesLike,
  isNo,
  isYes,
  type LineGrammar,
  lastNamed,
  listOf,
  named,
} from './config-lines.ts'
import { type ConfigPlace, type DaemonReader, type DaemonReaders, type Listening, tcp, udp } from './daemon-listener.ts'
import { addressesOf, isLoopbackOnly, portOf } from './endpoint.ts'

function both(at: ConfigPlace, port: number | undefined, addresses: Listening['addresses']) {
  return [...udp(at, port, addresses), ...tcp(at, port, addresses)]
}

/**
 * dnsmasq(8). Only with `bind-interfaces` or `bind-dynamic` is it bound to less than everything; else what `interface`
 * and `listen-address` leave out is thrown away after it has come in.
 */
const dnsmasq: DaemonReader = ({ root, words }) => {
  const file = '/etc/dnsmasq.conf'
  const grammar = {
    between: '=' as const,
    includes: ({ key, value }: ConfigLine) => {
      if (key === 'conf-file') return value
      const [folder = '', ...kinds] = value.split(',')
      if (key !== 'conf-dir') return undefined
      const wanted = kinds.filter((kind) => kind.startsWith('*'))
      return wanted.length === 0 ? `${folder}/*` : wanted.map((kind) => `${folder}/${kind}`)
    },
  }
  const config = configLines(root, file, grammar)
  const folder = configLines(root, '/etc/default/dnsmasq', { between: '=' })
    .filter(({ key }) => key === 'config_dir')
    .at(-1)
    ?.value.split(',')[0]
  // Debian's unit gives it the folder of /etc/default/dnsmasq beside its own file.
  const added = folder === undefined ? [] : configLinesOfAll(root, folder, grammar)
  const lines = [...config, ...added, ...words.flatMap((word) => optionOf(word))]
  const has = (key: string) => lines.some((line) => line.key === key)
  const port = lastNamed(lines, 'port')
  const listened = [...named(lines, 'listen-address'), ...named(lines, 'interface')]
  const names = listened.flatMap(({ value }) => listOf(value))
  const isBound = has('bind-interfaces') || has('bind-dynamic')
  const host = named(lines, 'local-service').some(({ value }) => value === 'host')
  const isForHost = host && !['interface', 'except-interface', 'listen-address', 'auth-server'].some(has)
  // With an interface named, the loopback one is listened on too.
  const bound = isBound && names.length > 0 ? addressesOf(names) : 'all'
  const addresses = isForHost ? ['lo'] : bound
  const at = port?.at ?? listened.at(-1)?.at ?? { file, line: undefined }
  const dhcp = lastNamed(lines, 'dhcp-range')
  const tftp = lastNamed(lines, 'enable-tftp')
  return [
    ...both(at, port === undefined ? 53 : portOf(port.value), addresses),
    ...(dhcp === undefined ? [] : udp(dhcp.at, 67, 'all')),
    ...(tftp === undefined ? [] : udp(tftp.at, 69, addresses)),
  ]
}

function configLinesOfAll(root: Tree, folder: string, grammar: LineGrammar): readonly ConfigLine[] {
  return root
    .list(root.resolve(folder.startsWith('/') ? folder : '/etc/dnsmasq.d'))
    .filter((name) => !/^\.|^#.*#$|~$|^README$|\.dpkg-(dist|old|new)$/.test(name))
    .slice(0, 100)
    .flatMap((name) => configLines(root, `${folder}/${name}`, grammar))
}

function optionOf(word: string): readonly ConfigLine[] {
  const [, key, value = ''] = /^--([a-z-]+)(?:=(.*))?$/.exec(word) ?? []
  return key === undefined
    ? []
    : [{ key, value, text: word, section: '', at: { file: '/etc/default/dnsmasq', line: undefined } }]
}

const BIND: BlockGrammar = {
  ends: ';',
  folder: '/etc/bind',
  includes: ([name, file]) => (name === 'include' ? file : undefined),
}

/** named.conf(5): `listen-on [port N] { … }`, any by default; rndc's channel on 953 of the loopback. */
const bind: DaemonReader = ({ root }) => {
  const file = '/etc/bind/named.conf'
  const all = readBlocks(root, file, BIND)
  const options = within(all, 'options')
  const usual = those(options, 'port').at(-1)
  const main = { file, line: undefined }
  const families = [
    { name: 'listen-on', any: '0.0.0.0' },
    { name: 'listen-on-v6', any: '::' },
  ]
  const found = families.flatMap(({ name, any }) => {
    const own = those(options, name)
    if (own.length === 0) return both(usual?.at ?? main, portOf(usual?.words[1]) ?? 53, addressesOf([any]))
    return own.flatMap(({ words, block = [], at }) => {
      const port = words[1] === 'port' ? portOf(words[2]) : (portOf(usual?.words[1]) ?? 53)
      const addresses = block.flatMap(({ words: [address = ''] }) => (/^(!|none$)/.test(address) ? [] : [address]))
      const tls = words.includes('tls')
      return tls ? tcp(at, port ?? 853, addressesOf(addresses), { tls }) : both(at, port, addressesOf(addresses))
    })
  })
  const controls = those(all, 'controls')
  return [...found, ...(controls.length === 0 ? tcp(main, 953, ['127.0.0.1', '::1']) : channels(controls))]
}

function channels(controls: readonly Statement[]) {
  return controls.flatMap(({ block = [] }) =>
    those(block, 'inet').flatMap(({ words, at }) => {
      const port = words.indexOf('port')
      return tcp(at, port < 0 ? 953 : portOf(words[port + 1]), addressesOf([words[1] ?? '']))
    }),
  )
}

/** unbound.conf(5): the loopback alone, unless `interface` says more; `ADDRESS@PORT`. */
const unbound: DaemonReader = ({ root }) => {
  const file = '/etc/unbound/unbound.conf'
  const lines = configLines(root, file, {
    between: ':',
    includes: ({ key, value }) => (key === 'include' || key === 'include-toplevel' ? value : undefined),
  })
  const port = lastNamed(lines, 'port')
  const usual = portOf(port?.value) ?? 53
  const tlsPort = portOf(lastNamed(lines, 'tls-port')?.value) ?? 853
  const interfaces = [...named(lines, 'interface'), ...named(lines, 'ip-address')]
  const everywhere = isYes(lastNamed(lines, 'interface-automatic')?.value)
  const isOn = (key: string) => !isNo(lastNamed(lines, key)?.value)
  const own = interfaces.flatMap(({ value, at }) => {
    const [address = '', number] = value.split('@')
    const to = portOf(number) ?? usual
    const addresses = addressesOf([address])
    if (to === tlsPort) return tcp(at, to, addresses, { tls: true })
    return [...(isOn('do-udp') ? udp(at, to, addresses) : []), ...(isOn('do-tcp') ? tcp(at, to, addresses) : [])]
  })
  const at = port?.at ?? { file, line: undefined }
  const main = interfaces.length > 0 ? own : both(at, usual, everywhere ? 'all' : ['127.0.0.1', '::1'])
  return [...main, ...remoteControl(lines)]
}

/** `control-interface`, 8953 of the loopback by default; a path is a socket of the file system. */
function remoteControl(lines: readonly ConfigLine[]) {
  const on = lastNamed(lines, 'control-enable')
  if (on === undefined || !isYes(on.value)) return []
  const where = named(lines, 'control-interface')
  if (where.some(({ value }) => value.startsWith('/'))) return []
  const port = portOf(lastNamed(lines, 'control-port')?.value) ?? 8953
  const addresses = where.length === 0 ? ['127.0.0.1', '::1'] : addressesOf(where.map(({ value }) => value))
  return tcp(on.at, port, addresses, { tls: isLoopbackOnly({ addresses }) ? undefined : true })
}

/** systemd-resolved(8): the stub on 127.0.0.53 and .54; LLMNR and mDNS unless they are off. */
const resolved: DaemonReader = ({ root }) => {
  const file = '/etc/systemd/resolved.conf'
  const added = ['/usr/lib', '/etc'].flatMap((folder) => filesLike(root, `${folder}/systemd/resolved.conf.d/*.conf`))
  const lines = [file, ...added].flatMap((path) => configLines(root, path, { between: '=', comments: '#;' }))
  const value = (key: string, usual: string) => lastNamed(lines, key, 'resolve')?.value ?? usual
  const at = { file, line: undefined }
  return [
    ...(isNo(value('dnsstublistener', 'yes')) ? [] : both(at, 53, ['127.0.0.53', '127.0.0.54'])),
    ...(isNo(value('llmnr', 'yes')) ? [] : both(at, 5355, 'all')),
    ...(isNo(value('multicastdns', 'no')) ? [] : udp(at, 5353, 'all')),
  ]
}

/** avahi-daemon.conf(5): mDNS. */
const avahi: DaemonReader = () => udp({ file: '/etc/avahi/avahi-daemon.conf', line: undefined }, 5353, 'all')

/** Servers of names. */
export const nameServers: DaemonReaders = {
  dnsmasq,
  named: bind,
  bind9: bind,
  unbound,
  'systemd-resolved': resolved,
  'avahi-daemon': avahi,
}
