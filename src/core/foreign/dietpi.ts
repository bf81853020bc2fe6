import { Secret } from '../../base/secret.ts'
import { takeKey, takePassword } from './accounts-said.ts'
import { COUNTRY, type FactPath, Findings, type ForeignFile, type Hash, userOf, wifiOf } from './fact.ts'
import { leaveEnterprise, WHY_NOT } from './why-not.ts'

/** DietPi's own account, and the password that every DietPi has unless it is changed. */
const USER = 'dietpi'
const STOCK_PASSWORD = 'dietpi'

interface Setting {
  readonly value: string
  readonly line: number
}

/** dietpi.txt: what it shares with a spec. */
export function readDietpi({ name: file, text }: ForeignFile, hash: Hash): Findings {
  const found = new Findings(file)
  const { settings, keys } = settingsOf(text)
  const taken = new Set<string>()
  const get = (key: string): Setting | undefined => {
    taken.add(key)
    const setting = settings.get(key)
    return setting?.value === '' ? undefined : setting
  }
  const set = (key: string, path: FactPath, value = (given: string): string | boolean | undefined => given) => {
    const setting = get(key)
    if (setting !== undefined) found.set(path, value(setting.value), setting.line)
  }
  set('AUTO_SETUP_LOCALE', ['device', 'locale'])
  set('AUTO_SETUP_KEYBOARD_LAYOUT', ['device', 'keyboard'])
  set('AUTO_SETUP_TIMEZONE', ['device', 'timezone'])
  set('AUTO_SETUP_NET_HOSTNAME', ['device', 'hostname'])
  set('AUTO_SETUP_NET_WIFI_COUNTRY_CODE', COUNTRY)
  set('AUTO_SETUP_SSH_SERVER_INDEX', ['ssh', 'enabled'], (index) => index !== '0')
  set('SOFTWARE_DISABLE_SSH_PASSWORD_LOGINS', ['ssh', 'passwordAuthentication'], (word) =>
    word === '1' ? false : word === '0' ? true : undefined,
  )
  for (const { value, line } of keys) takeKey(found, USER, value, line)
  const password = get('AUTO_SETUP_GLOBAL_PASSWORD')
  if (password?.value === STOCK_PASSWORD)
    found.leave(
      `the password of ${USER}`,
      'it is the one that everybody knows: pibake hash-password makes a hash of another one',
      password.line,
    )
  else if (password !== undefined) takePassword(found, USER, password.value, password.line, hash)
  if (keys.length > 0 || password !== undefined)
    found.set([...userOf(USER), 'name'], USER, keys[0]?.line ?? password?.line ?? 0)
  takeStatic(found, get)
  takeRest(found, settings, taken)
  return found
}

function takeStatic(found: Findings, get: (key: string) => Setting | undefined): void {
  const [isStatic, address, mask, gateway, dns] = [
    'USESTATIC',
    'STATIC_IP',
    'STATIC_MASK',
    'STATIC_GATEWAY',
    'STATIC_DNS',
  ].map((key) => get(`AUTO_SETUP_NET_${key}`))
  const isWifi = get('AUTO_SETUP_NET_WIFI_ENABLED')?.value === '1'
  const isEthernet = get('AUTO_SETUP_NET_ETHERNET_ENABLED')?.value !== '0'
  if (isStatic?.value !== '1' || address === undefined) return
  if (isWifi || !isEthernet) {
    found.leave('the fixed address', 'write it below its network: network.wifi.networks[].ipv4', address.line)
    return
  }
  const own: FactPath = ['network', 'wired', { key: 'interface', value: 'eth0' }]
  found.set([...own, 'interface'], 'eth0', isStatic.line)
  found.set([...own, 'ipv4', 'method'], 'manual', isStatic.line)
  found.add([...own, 'ipv4', 'addresses'], `${address.value}/${lengthOf(mask?.value ?? '255.255.255.0')}`, address.line)
  if (gateway !== undefined) found.set([...own, 'ipv4', 'gateway'], gateway.value, gateway.line)
  for (const server of dns?.value.split(/\s+/) ?? []) found.add([...own, 'ipv4', 'dns'], server, dns?.line ?? 0)
}

function lengthOf(mask: string): number {
  return mask
    .split('.')
    .reduce((sum, part) => sum + [...Number(part).toString(2)].filter((bit) => bit === '1').length, 0)
}

/** What DietPi sets up and a spec has no key for; its own settings in one line. */
function takeRest(found: Findings, settings: ReadonlyMap<string, Setting>, taken: ReadonlySet<string>): void {
  const others = [...settings].filter(([key, { value }]) => !taken.has(key) && !/^(|0|-1|none)$/.test(value))
  const software = others.filter(([key]) => /^AUTO_SETUP_(INSTALL_SOFTWARE_ID|CUSTOM_SCRIPT_EXEC)$/.test(key))
  for (const [key, { line }] of software)
    found.leave(key, key.endsWith('EXEC') ? WHY_NOT.commands : 'packages of Debian are named in packages.install', line)
  const rest = others.filter(([key]) => !software.some(([name]) => name === key))
  const [first] = rest
  if (first !== undefined)
    found.leave(`${rest.length} settings of DietPi itself`, 'they have no key in a spec', first[1].line)
}

/** dietpi-wifi.txt: up to five networks, `aWIFI_SSID[0]='kit'`. */
export function readDietpiWifi({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  const { settings } = settingsOf(text)
  for (let i = 0; i < 5; i += 1) {
    const get = (key: string) => settings.get(`aWIFI_${key}[${i}]`)
    const ssid = get('SSID')
    if (ssid === undefined || ssid.value === '') continue
    const management = get('KEYMGR')?.value ?? 'WPA-PSK'
    if (/EAP/.test(management)) {
      leaveEnterprise(found, ssid.value, ssid.line)
      continue
    }
    const own = wifiOf(ssid.value)
    const key = get('KEY')
    found.set([...own, 'ssid'], ssid.value, ssid.line)
    if (key !== undefined && key.value !== '' && management !== 'NONE')
      found.set([...own, 'pskFile'], new Secret(key.value), key.line)
  }
  return found
}

/** `KEY=value`, quoted or not; public keys may come several times. */
function settingsOf(text: string): { settings: ReadonlyMap<string, Setting>; keys: readonly Setting[] } {
  const settings = new Map<string, Setting>()
  const keys: Setting[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, key, raw = ''] = /^\s*([A-Za-z_]\w*(?:\[\d\])?)=(.*)$/.exec(line) ?? []
    if (key === undefined) continue
    const setting = { value: raw.trim().replace(/^(['"])(.*)\1$/, '$2'), line: index + 1 }
    if (key === 'AUTO_SETUP_SSH_PUBKEY') keys.push(setting)
    else settings.set(key, setting)
  }
  return { settings, keys: keys.filter(({ value }) => value !== '') }
}
