import { Secret } from '../../base/secret.ts'
import { COUNTRY, type FactPath, Findings, type ForeignFile, ImportError, wifiOf } from './fact.ts'
import { leaveEnterprise, WHY_NOT } from './why-not.ts'
import { isSection, listOf, type YamlLines, type YamlPath, type YamlSection, yamlLines } from './yaml-lines.ts'

/** cloud-init's network-config, version 2: netplan's words for cables and wireless networks. */
export function readNetworkConfig(file: ForeignFile): Findings {
  const yaml = yamlLines(file)
  const found = new Findings(file.name)
  const isWrapped = isSection(yaml.value) && isSection(yaml.value.network)
  const top = isWrapped ? (yaml.value as YamlSection).network : yaml.value
  if (top === null || top === undefined) return found
  if (!isSection(top)) throw new ImportError(`${file.name}:1: not a network-config: no section with keys`)
  const at: YamlPath = isWrapped ? ['network'] : []
  if (Number(top.version) === 1)
    found.leave('the network', 'version 1 is not read: write it as version 2', yaml.line([...at, 'version']))
  else new NetworkConfig(found, yaml, top, at).read()
  return found
}

class NetworkConfig {
  readonly #found: Findings
  readonly #yaml: YamlLines
  readonly #top: YamlSection
  readonly #at: YamlPath

  constructor(found: Findings, yaml: YamlLines, top: YamlSection, at: YamlPath) {
    this.#found = found
    this.#yaml = yaml
    this.#top = top
    this.#at = at
  }

  read(): void {
    for (const [key, value] of Object.entries(this.#top)) {
      const at = [...this.#at, key]
      if (/^(version|renderer)$/.test(key)) continue
      if (key === 'ethernets' && isSection(value))
        for (const [name, one] of Object.entries(value)) this.#wired(name, one, [...at, name])
      else if (key === 'wifis' && isSection(value))
        for (const [name, one] of Object.entries(value)) this.#wireless(name, one, [...at, name])
      else this.#found.leave(key, 'only cables and wireless networks are taken', this.#yaml.line(at))
    }
  }

  #wired(name: string, value: unknown, at: YamlPath): void {
    if (!isSection(value)) return
    const match = isSection(value.match) ? value.match : {}
    const mac = typeof match.macaddress === 'string' ? match.macaddress : undefined
    const own: FactPath = [
      'network',
      'wired',
      mac === undefined ? { key: 'interface', value: name } : { key: 'mac', value: mac },
    ]
    // Every port asks for its addresses by itself.
    if (!this.#addresses(own, value, at)) return
    this.#found.set([...own, mac === undefined ? 'interface' : 'mac'], mac ?? name, this.#yaml.line(at))
  }

  #wireless(name: string, value: unknown, at: YamlPath): void {
    if (!isSection(value)) return
    const country = value['regulatory-domain']
    if (typeof country === 'string')
      this.#found.set(COUNTRY, country.toUpperCase(), this.#yaml.line([...at, 'regulatory-domain']))
    const points = isSection(value['access-points']) ? value['access-points'] : {}
    for (const [ssid, point] of Object.entries(points)) {
      const here = [...at, 'access-points', ssid]
      const line = this.#yaml.line(here)
      const settings = isSection(point) ? point : {}
      const auth = isSection(settings.auth) ? settings.auth : {}
      const management = String(auth['key-management'] ?? 'psk')
      if (/eap|802\.1x/.test(management)) {
        leaveEnterprise(this.#found, ssid, line)
        continue
      }
      const own = wifiOf(ssid)
      this.#found.set([...own, 'ssid'], ssid, line)
      const password = settings.password ?? auth.password
      if (password !== undefined && management !== 'none')
        this.#found.set(
          [...own, 'pskFile'],
          new Secret(String(password)),
          this.#yaml.line([...here, settings.password === undefined ? 'auth' : 'password']),
        )
      if (management === 'sae') this.#found.set([...own, 'security'], 'wpa3', this.#yaml.line([...here, 'auth']))
      if (settings.hidden === true) this.#found.set([...own, 'hidden'], true, this.#yaml.line([...here, 'hidden']))
      if (settings.mode !== undefined && settings.mode !== 'infrastructure')
        this.#found.leave(`mode of the network ${ssid}`, 'the device joins networks, and makes none', line)
      this.#addresses(own, value, at)
    }
    if (name !== 'wlan0')
      this.#found.leave(
        `the name ${name}`,
        'the radio of Raspberry Pi OS is wlan0; its networks are for any',
        this.#yaml.line(at),
      )
  }

  /** @returns whether something is said that is not so by itself */
  #addresses(own: FactPath, value: YamlSection, at: YamlPath): boolean {
    const before = this.#found.facts.length
    const addresses = listOf(value.addresses).map(String)
    const routes = listOf(value.routes).filter(isSection)
    const servers = listOf(isSection(value.nameservers) ? value.nameservers.addresses : undefined).map(String)
    for (const [family, key] of [
      ['ipv4', 'dhcp4'],
      ['ipv6', 'dhcp6'],
    ] as const) {
      const mine = (text: unknown) => String(text).includes(':') === (family === 'ipv6')
      const line = (name: string) => this.#yaml.line([...at, name])
      const fixed = addresses.filter(mine)
      if (fixed.length > 0) {
        this.#found.set([...own, family, 'method'], 'manual', line('addresses'))
        for (const address of fixed) this.#found.add([...own, family, 'addresses'], address, line('addresses'))
      }
      const isDefault = (to: unknown) => /^(default|0\.0\.0\.0\/0|::\/0)$/.test(String(to))
      const gateway =
        value[family === 'ipv4' ? 'gateway4' : 'gateway6'] ??
        routes.find(({ to, via }) => isDefault(to) && mine(via))?.via
      if (gateway !== undefined && fixed.length > 0)
        this.#found.set(
          [...own, family, 'gateway'],
          String(gateway),
          line(routes.length > 0 ? 'routes' : family === 'ipv4' ? 'gateway4' : 'gateway6'),
        )
      for (const { to, via } of routes.filter((route) => !isDefault(route.to) && mine(route.to)))
        this.#found.add(
          [...own, family, 'routes'],
          { to: String(to), ...(via === undefined ? {} : { via: String(via) }) },
          line('routes'),
        )
      for (const server of servers.filter(mine)) this.#found.add([...own, family, 'dns'], server, line('nameservers'))
      if (value[key] === false && fixed.length === 0 && family === 'ipv4')
        this.#found.set([...own, family, 'method'], 'disabled', line(key))
    }
    for (const key of Object.keys(value))
      if (
        !/^(dhcp[46]|addresses|gateway[46]|routes|nameservers|optional|match|set-name|access-points|regulatory-domain|accept-ra|link-local|dhcp[46]-overrides)$/.test(
          key,
        )
      )
        this.#found.leave(key, WHY_NOT.noKey, this.#yaml.line([...at, key]))
    return this.#found.facts.length > before
  }
}
