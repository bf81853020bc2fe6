import type { Tree } from '../../storage/tree/tree.ts'
import { type BlockGrammar, deep, readBlocks, type Statement, those, within } from './blocks.ts'
import { configLines, configText, filesLike, flagIn, isThere, isYes, unquoted } from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, type Prediction, tcp, udp } from './daemon-listener.ts'
import { addressesOf, endpointOf, portOf } from './endpoint.ts'

const NGINX: BlockGrammar = {
  ends: ';',
  folder: '/etc/nginx',
  includes: ([name, pattern]) => (name === 'include' ? pattern : undefined),
}

/** ngx_http_core_module, `listen`: without one a server listens on *:80. Those of `stream` and `mail` are written likewise. */
const nginx: DaemonReader = ({ root, words }) => {
  const all = readBlocks(root, flagIn(words, '-c') ?? '/etc/nginx/nginx.conf', NGINX)
  const http = within(all, 'http')
  const guarded = asksWho(http)
  return [
    ...those(http, 'server').flatMap((server) => nginxServer(server, 80, guarded)),
    ...['stream', 'mail'].flatMap((kind) =>
      those(within(all, kind), 'server').flatMap((server) => nginxServer(server, undefined, undefined)),
    ),
  ]
}

function nginxServer(
  { block = [], at }: Statement,
  usual: number | undefined,
  guarded: boolean | undefined,
): Prediction[] {
  const authentication = asksWho(block) ?? guarded
  const listens = those(block, 'listen')
  if (listens.length === 0 && usual !== undefined) return [...tcp(at, usual, 'all', { tls: false, authentication })]
  return listens.flatMap(({ words: [, where = '', ...options], at: place }) => {
    if (where.startsWith('unix:')) return []
    const { addresses, port = usual } = endpointOf(where)
    const isUdp = options.includes('udp') || options.includes('quic')
    const tls = options.includes('ssl') || options.includes('quic') || those(block, 'ssl').some(isOn)
    return isUdp ? udp(place, port, addresses, { tls }) : tcp(place, port, addresses, { tls, authentication })
  })
}

const isOn = ({ words }: Statement) => words[1] === 'on'

/** True: it asks for a password or a certificate. */
function asksWho(statements: readonly Statement[]): true | undefined {
  const basic = those(statements, 'auth_basic').at(-1)?.words[1]
  if (basic !== undefined && basic !== 'off') return true
  return those(statements, 'ssl_verify_client').some(isOn) || undefined
}

/** Names of modules in `<IfModule>` that decide about a Listen line of Debian's. */
const TLS_MODULE = /ssl|gnutls/

/** mpm_common, `Listen [IP:]PORT [PROTOCOL]`: without one apache2 does not start. */
const apache: DaemonReader = ({ root }) => {
  const files = ['/etc/apache2/apache2.conf', '/etc/apache2/ports.conf'].concat(
    ['mods', 'conf', 'sites'].flatMap((kind) => filesLike(root, `/etc/apache2/${kind}-enabled/*.conf`)),
  )
  const lines = files.flatMap((file) => apacheLines(root, file))
  const isTls = (port: number | undefined) =>
    lines.some(({ key, host, value }) => key === 'sslengine' && isYes(value) && host.endsWith(`:${port}`))
  return lines.flatMap(({ key, value, at }): readonly Prediction[] => {
    if (key !== 'listen') return []
    const [where = '', protocol = ''] = value.split(/\s+/)
    const { addresses, port } = endpointOf(where)
    return tcp(at, port, addresses, { tls: protocol.toLowerCase() === 'https' || isTls(port) })
  })
}

/** No file has more blocks in one another. */
const DEEPEST = 50

/** The lines that count of a file: those in `<IfModule>` where the module is enabled, none in `<IfDefine>`. */
function apacheLines(root: Tree, file: string) {
  const isEnabled = (name: string) => {
    const plain = name.replace(/^mod_|_module$|\.c$/g, '')
    return [plain, name].some((one) => isThere(root, `/etc/apache2/mods-enabled/${one}.load`))
  }
  const open: { readonly name: string; readonly holds: boolean; readonly words: string }[] = []
  return configLines(root, file, { between: ' ' }).flatMap(({ key, value, at }) => {
    const [, end, name = ''] = /^<(\/?)(\w+)/.exec(key) ?? []
    if (name === '') {
      const host = open.find((one) => one.name === 'virtualhost')?.words ?? ''
      return open.every(({ holds }) => holds) ? [{ key, value, at, host }] : []
    }
    if (end === '/') open.pop()
    else if (open.length < DEEPEST) {
      const words = value.replace(/>\s*$/, '').trim()
      const module = words.replace(/^!/, '')
      const holds = name === 'ifmodule' ? isEnabled(module) === !words.startsWith('!') : name !== 'ifdefine'
      open.push({ name, holds: holds || (name === 'ifmodule' && !TLS_MODULE.test(module)), words })
    }
    return []
  })
}

/** lighttpd's core options server.port and server.bind, and a block for each further socket. */
const lighttpd: DaemonReader = ({ root }) => {
  const lines = configLines(root, '/etc/lighttpd/lighttpd.conf', {
    between: '=',
    folder: '/etc/lighttpd',
    includes: ({ text }) => {
      const named = /^include\s+"([^"]+)"/.exec(text)?.[1]
      // The script of older releases prints the files of this folder.
      const isScript = /^include_shell\s+"\S*(cat|include-conf-enabled)/.test(text)
      return named ?? (isScript ? '/etc/lighttpd/conf-enabled/*.conf' : undefined)
    },
  })
  const main = { file: '/etc/lighttpd/lighttpd.conf', line: undefined }
  const found: { at: Prediction['at']; where: string; tls: boolean }[] = []
  let inside: { at: Prediction['at']; where: string; tls: boolean } | undefined
  let depth = 0
  let [port, bind, tls, at]: [number, string, boolean, Prediction['at']] = [80, '', false, main]
  let asks = false
  for (const line of lines) {
    const { text } = line
    const socket = /\$SERVER\["socket"\]\s*==\s*"([^"]+)"/.exec(text)?.[1]
    if (socket !== undefined) {
      inside = { at: line.at, where: socket, tls: false }
      found.push(inside)
      depth = 0
    }
    // use-ipv6.pl opens the same port of IPv6 on every address, whatever server.bind says.
    if (/^include_shell\s+"\S*use-ipv6\.pl/.test(text)) found.push({ at: line.at, where: '[::]', tls: false })
    if (inside !== undefined) depth += text.split('{').length - text.split('}').length
    if (/^auth\.require/.test(line.key)) asks = true
    if (line.key === 'ssl.engine' && isYes(unquoted(line.value))) {
      if (inside === undefined) tls = true
      else inside.tls = true
    }
    if (inside === undefined && line.key === 'server.port') [port, at] = [portOf(line.value) ?? 80, line.at]
    if (inside === undefined && line.key === 'server.bind') bind = line.value
    if (inside !== undefined && depth <= 0 && text.includes('}')) inside = undefined
  }
  const authentication = asks || undefined
  const isLocal = bind.startsWith('/')
  return [
    ...(isLocal ? [] : tcp(at, port, addressesOf([bind]), { tls, authentication })),
    ...found.flatMap((one) => {
      const where = endpointOf(one.where)
      return tcp(one.at, where.port ?? port, where.addresses, { tls: one.tls || tls, authentication })
    }),
  ]
}

const CADDY: BlockGrammar = {
  ends: '\n',
  folder: '/etc/caddy',
  includes: ([name, pattern]) => (name === 'import' && pattern?.includes('/') ? pattern : undefined),
}

/** Addresses of sites (Caddyfile Concepts); the API on localhost:2019; a name gets TLS, and 80 for its certificate. */
const caddy: DaemonReader = ({ root }) => {
  const file = '/etc/caddy/Caddyfile'
  if (!isThere(root, file)) return [{ untold: 'there is no Caddyfile', at: { file, line: undefined } }]
  const sites = readBlocks(root, file, CADDY)
  const global = sites[0]?.words.length === 0 ? (sites[0].block ?? []) : []
  const isApiOff = those(global, 'admin').at(-1)?.words[1] === 'off'
  const isRedirected = those(global, 'auto_https').length === 0
  const api = isApiOff ? [] : tcp({ file, line: undefined }, 2019, ['localhost'], { tls: false })
  return [...api, ...sites.flatMap((site) => caddySite(site, isRedirected))]
}

function caddySite({ words, block, at }: Statement, isRedirected: boolean): readonly Prediction[] {
  if (block === undefined || words[0]?.startsWith('(')) return []
  const bind = those(block, 'bind').flatMap(({ words: [, ...addresses] }) => addresses)
  const addresses = bind.length === 0 ? 'all' : addressesOf(bind)
  const authentication = deep(block, 'basic_auth').concat(deep(block, 'basicauth')).length > 0 || undefined
  return words
    .flatMap((word) => word.split(','))
    .filter((word) => word !== '')
    .flatMap((word): readonly Prediction[] => {
      const [, scheme, host = '', port] = /^(https?:\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?/.exec(word) ?? []
      const isPlain = scheme === 'http://' || port === '80' || (host === '' && scheme === undefined && port !== '443')
      const own = portOf(port) ?? (isPlain ? 80 : 443)
      const main = tcp(at, own, addresses, { tls: !isPlain, authentication })
      if (isPlain) return main
      const redirect = isRedirected ? tcp(at, 80, addresses, { tls: false }) : []
      return [...main, ...udp(at, own, addresses, { tls: true }), ...redirect]
    })
}

/** `bind` lines of frontends and `listen` blocks (HAProxy Configuration Manual, 4.2). */
const haproxy: DaemonReader = ({ root }) => {
  const file = '/etc/haproxy/haproxy.cfg'
  return configText(root, file)
    .split('\n')
    .flatMap((line, index) => {
      const [, where = '', options = ''] = /^\s*bind\s+(\S+)(.*)$/.exec(line) ?? []
      return where.split(',').flatMap((one) => {
        const { addresses, port } = endpointOf(one.replace(/^ipv[46]@/, ''))
        return tcp({ file, line: index + 1 }, port, addresses, { tls: /\sssl\b/.test(options) })
      })
    })
}

/** Programs that serve pages, and what stands before them. */
export const webServers: DaemonReaders = { nginx, apache2: apache, lighttpd, caddy, haproxy }
