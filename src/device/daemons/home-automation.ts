import { configLines, configText, flagIn, isNo, isThere, isYes, lastNamed, listOf } from './config-lines.ts'
import {
  type ConfigPlace,
  type DaemonReader,
  type DaemonReaders,
  type Prediction,
  tcp,
  udp,
} from './daemon-listener.ts'
import { addressesOf, portOf } from './endpoint.ts'
import { homeOf } from './home.ts'

/** pigpiod(1): without `-l` it lets whoever comes move the pins; `-n` names addresses that may. */
const pigpiod: DaemonReader = ({ words, file }) => {
  if (words.includes('-k')) return []
  const port = portOf(flagIn(words, '-p')) ?? 8888
  const addresses = words.includes('-l') ? ['localhost'] : 'all'
  const authentication = words.some((word) => word.startsWith('-n')) ? undefined : false
  return tcp({ file, line: undefined }, port, addresses, { tls: false, authentication })
}

/** A line of text that is not a comment of JavaScript, and what it captures. */
function lineLike(text: string, pattern: RegExp): { readonly line: number; readonly value: string } | undefined {
  const lines = text.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, (comment) => comment.replace(/[^\n]/g, ' ')).split('\n')
  const index = lines.findIndex((line) => !/^\s*\/\//.test(line) && pattern.test(line))
  return index < 0 ? undefined : { line: index + 1, value: pattern.exec(lines[index] as string)?.[1] ?? '' }
}

/** Node-RED's settings.js, as text: uiPort, uiHost, adminAuth, https. The editor runs programs of whoever opens it. */
const nodeRed: DaemonReader = ({ root, user, words }) => {
  const home = homeOf(root, user ?? 'root')
  const folder = flagIn(words, '-u', '--userDir') ?? `${home}/.node-red`
  const file = flagIn(words, '-s', '--settings') ?? `${folder}/settings.js`
  const text = configText(root, file)
  const port = lineLike(text, /^\s*["']?uiPort["']?\s*:\s*(.*)$/)
  const host = lineLike(text, /^\s*["']?uiHost["']?\s*:\s*["']([^"']*)["']/)
  const auth = lineLike(text, /^\s*["']?adminAuth["']?\s*:/)
  const at = { file, line: host?.line ?? port?.line }
  const number = port === undefined ? '1880' : /(\d+)\s*,?\s*(?:\/\/.*)?$/.exec(port.value)?.[1]
  const given = portOf(flagIn(words, '-p', '--port')) ?? portOf(number)
  if (given === undefined) return [{ untold: `uiPort is computed: ${(port?.value ?? '').slice(0, 80)}`, at }]
  const tls = lineLike(text, /^\s*["']?https["']?\s*:/) !== undefined
  return tcp(at, given, addressesOf([host?.value ?? '']), { tls, authentication: auth !== undefined })
}

/** The keys of one block of a file of YAML that has them below it, further in. */
function yamlBlock(text: string, name: string): ReadonlyMap<string, { readonly value: string; readonly line: number }> {
  const found = new Map<string, { value: string; line: number }>()
  let isInside = false
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trimEnd()
    if (line === '') continue
    if (/^\S/.test(line)) isInside = line === `${name}:`
    const [, key, value = ''] = /^\s+([\w-]+):\s*(.*)$/.exec(line) ?? []
    if (isInside && key !== undefined) found.set(key, { value: value.replace(/^(["'])(.*)\1$/, '$2'), line: index + 1 })
  }
  return found
}

/** Home Assistant's `http:` of configuration.yaml; everybody has to log in. */
const homeAssistant: DaemonReader = ({ root, user, words }) => {
  const home = homeOf(root, user ?? 'root')
  const folder = flagIn(words, '-c', '--config') ?? `${home}/.homeassistant`
  const file = `${folder}/configuration.yaml`
  const http = yamlBlock(configText(root, file), 'http')
  const port = http.get('server_port')
  const host = http.get('server_host')
  const isTrusted = /trusted_networks/.test(configText(root, file))
  const at = { file, line: host?.line ?? port?.line }
  const more = { tls: http.has('ssl_certificate'), authentication: isTrusted ? undefined : true }
  return tcp(at, portOf(port?.value) ?? 8123, addressesOf([host?.value ?? '']), more)
}

/** OctoPrint's `server:` of config.yaml, and the options of its command. */
const octoprint: DaemonReader = ({ root, user, words }) => {
  const home = homeOf(root, user ?? 'root')
  const folder = flagIn(words, '-b', '--basedir') ?? `${home}/.octoprint`
  const file = flagIn(words, '-c', '--config') ?? `${folder}/config.yaml`
  const text = configText(root, file)
  const server = yamlBlock(text, 'server')
  const access = yamlBlock(text, 'accessControl').get('enabled')
  const isOpen = /^false$/i.test(access?.value ?? '')
  const host = flagIn(words, '--host') ?? server.get('host')?.value ?? ''
  const port = portOf(flagIn(words, '--port')) ?? portOf(server.get('port')?.value) ?? 5000
  const line = (isOpen ? access?.line : undefined) ?? server.get('host')?.line ?? server.get('port')?.line
  return tcp({ file, line }, port, addressesOf([host]), { tls: false, authentication: !isOpen })
}

/** Webmin's miniserv.conf; `listen` is a port of UDP by which others find it. */
const webmin: DaemonReader = ({ root }) => {
  const file = '/etc/webmin/miniserv.conf'
  const lines = configLines(root, file, { between: '=' })
  const value = (key: string) => lastNamed(lines, key)?.value
  const port = lastNamed(lines, 'port')
  const at = port?.at ?? { file, line: undefined }
  const more = { tls: value('ssl') === '1', authentication: true }
  return [
    ...tcp(at, portOf(port?.value) ?? 10000, addressesOf([value('bind') ?? '']), more),
    ...udp(at, portOf(value('listen')), 'all'),
  ]
}

/** Pi-hole: pihole.toml of version 6; before, dnsmasq's ports, and a page that lighttpd serves. */
const pihole: DaemonReader = ({ root }) => {
  const file = '/etc/pihole/pihole.toml'
  const main: ConfigPlace = { file, line: undefined }
  if (!isThere(root, file))
    return [...udp(main, 53, 'all'), ...tcp(main, 53, 'all'), ...tcp(main, 4711, ['127.0.0.1', '::1'])]
  const lines = configLines(root, file, { between: '=' })
  const of = (section: string, key: string) => lastNamed(lines, key, section)
  const dns = of('dns', 'port')
  const web = of('webserver', 'port')
  const hash = of('webserver.api', 'pwhash')
  const dhcp = of('dhcp', 'active')
  const pages = listOf(web?.value ?? '80o,443os,[::]:80o,[::]:443os').flatMap((one): readonly Prediction[] => {
    const [, address = '', port, flags = ''] = /^(?:(\[[^\]]*\]|[\d.]+):)?(\d+)([a-z]*)$/.exec(one) ?? []
    const authentication = (hash?.value ?? '') !== ''
    return tcp((authentication ? web?.at : hash?.at) ?? main, portOf(port), addressesOf([address]), {
      tls: flags.includes('s') || flags.includes('r'),
      authentication,
    })
  })
  const port = dns === undefined ? 53 : portOf(dns.value)
  const at = dns?.at ?? main
  return [
    ...udp(at, port, 'all'),
    ...tcp(at, port, 'all'),
    ...pages,
    // It gives the time as well, unless that is switched off.
    ...(['ntp.ipv4', 'ntp.ipv6'].every((section) => isNo(of(section, 'active')?.value)) ? [] : udp(main, 123, 'all')),
    ...(isYes(dhcp?.value) && dhcp !== undefined ? udp(dhcp.at, 67, 'all') : []),
  ]
}

/** What people put on a Pi to run their house. */
export const homeAutomation: DaemonReaders = {
  pigpiod,
  nodered: nodeRed,
  'node-red': nodeRed,
  hass: homeAssistant,
  'home-assistant': homeAssistant,
  'home-assistant@': homeAssistant,
  octoprint,
  webmin,
  'pihole-FTL': pihole,
}
