import { parse as parseToml } from 'smol-toml'
import { hex } from '../../base/host/bytes.ts'
import { Secret } from '../../base/secret.ts'
import { takeHash, takeImportId, takeKey, takePassword } from './accounts-said.ts'
import { COUNTRY, type FactPath, Findings, type ForeignFile, type Hash, ImportError, userOf, wifiOf } from './fact.ts'
import { leaveConnect, WHY_NOT } from './why-not.ts'

type Table = Readonly<Record<string, unknown>>

/** custom.toml of raspberrypi-sys-mods, and rpi-preseed.toml, its declared heir, which has the same keys and more. */
export function readTomlSeed(file: ForeignFile, hash: Hash): Findings {
  const tables = tablesOf(file)
  const found = new Findings(file.name)
  const seed = new Seed(found, tables, linesOf(file.text), hash)
  seed.read()
  return found
}

/** @throws ImportError for what is not TOML */
function tablesOf({ name, text }: ForeignFile): Table {
  try {
    return parseToml(text)
  } catch (error) {
    const { line, column } = error as { line?: number; column?: number }
    const [reason = ''] = String((error as Error).message).split('\n')
    throw new ImportError(
      `${name}:${line ?? 1}:${column ?? 1}: not TOML: ${reason.replace(/^Invalid TOML document: /, '')}`,
    )
  }
}

/** The line of each `table.key`: the parser does not say. */
function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  let table = ''
  for (const [index, line] of text.split('\n').entries()) {
    table = /^\s*\[([\w.-]+)\]/.exec(line)?.[1] ?? table
    const key = /^\s*([\w.-]+)\s*=/.exec(line)?.[1]
    if (key !== undefined) lines.set(table === '' ? key : `${table}.${key}`, index + 1)
  }
  return lines
}

/** Keys that say nothing to a spec. */
const SILENT =
  /^(config_version|debug|wlan\.password_encrypted|user\.password_encrypted|locale\.keymap_model|runcmd\.\w+_(timeout|sync|lock|retries|delay))$/

class Seed {
  readonly #found: Findings
  readonly #tables: Table
  readonly #lines: ReadonlyMap<string, number>
  readonly #hash: Hash
  readonly #seen = new Set<string>()

  constructor(found: Findings, tables: Table, lines: ReadonlyMap<string, number>, hash: Hash) {
    this.#found = found
    this.#tables = tables
    this.#lines = lines
    this.#hash = hash
  }

  read(): void {
    this.#scalar('system.hostname', ['device', 'hostname'])
    this.#scalar('locale.timezone', ['device', 'timezone'])
    this.#scalar('locale.keymap', ['device', 'keyboard'])
    this.#scalar('locale.keymap_variant', ['device', 'keyboardVariant'])
    this.#scalar('locale.lang', ['device', 'locale'])
    this.#scalar('ssh.enabled', ['ssh', 'enabled'])
    this.#scalar('ssh.password_authentication', ['ssh', 'passwordAuthentication'])
    for (const [key, own] of [
      ['i2c', 'i2c'],
      ['spi', 'spi'],
      ['onewire', 'oneWire'],
      ['usb_gadget', 'usbGadget'],
    ] as const)
      this.#scalar(`interfaces.${key}`, ['hardware', 'interfaces', own])
    this.#serial()
    this.#user()
    this.#wlan()
    for (const line of this.#list('boot.config_txt'))
      this.#found.add(['hardware', 'configTxt'], { line }, this.#line('boot.config_txt'))
    this.#rest()
    this.#found.suppose(['ssh', 'enabled'], false)
  }

  #value(key: string): unknown {
    this.#seen.add(key)
    const [table = '', name = ''] = key.split('.')
    return (this.#tables[table] as Table | undefined)?.[name]
  }

  #text(key: string): string | undefined {
    const value = this.#value(key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  #list(key: string): readonly string[] {
    const value = this.#value(key)
    return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String)
  }

  #line(key: string): number {
    return this.#lines.get(key) ?? 1
  }

  #scalar(key: string, path: FactPath): void {
    const value = this.#value(key)
    if (typeof value === 'boolean' || (typeof value === 'string' && value !== ''))
      this.#found.set(path, value, this.#line(key))
  }

  #serial(): void {
    const serial = this.#text('interfaces.serial')
    const line = this.#line('interfaces.serial')
    if (serial === undefined || serial === 'default') return
    this.#found.set(['hardware', 'interfaces', 'uart'], serial !== 'off', line)
    this.#found.set(['hardening', 'serialConsole'], /console/.test(serial) ? 'on' : 'off', line)
  }

  #user(): void {
    const name = this.#text('user.name')
    const password = this.#text('user.password')
    const line = this.#line('user.password')
    const user = name ?? 'pi'
    if (name !== undefined) this.#found.set([...userOf(name), 'name'], name, this.#line('user.name'))
    if (password !== undefined && name === undefined) this.#found.leave('the password', 'there is no user.name', line)
    else if (password !== undefined && this.#value('user.password_encrypted') === false)
      takePassword(this.#found, user, password, line, this.#hash)
    else if (password !== undefined) takeHash(this.#found, user, password, line)
    if (this.#value('user.passwordless_sudo') === true)
      this.#found.set([...userOf(user), 'sudo'], 'nopasswd', this.#line('user.passwordless_sudo'))
    for (const key of this.#list('ssh.authorized_keys'))
      takeKey(this.#found, user, key, this.#line('ssh.authorized_keys'))
    for (const id of this.#list('ssh.ssh_import_id')) takeImportId(this.#found, id, this.#line('ssh.ssh_import_id'))
  }

  #wlan(): void {
    const country = this.#text('wlan.country')
    if (country !== undefined) this.#found.set(COUNTRY, country.toUpperCase(), this.#line('wlan.country'))
    const ssid = this.#text('wlan.ssid') ?? fromHex(this.#text('wlan.ssid_hex'))
    const password = this.#text('wlan.password')
    if (ssid === undefined) return
    const path = wifiOf(ssid)
    this.#found.set(
      [...path, 'ssid'],
      ssid,
      this.#line(this.#text('wlan.ssid') === undefined ? 'wlan.ssid_hex' : 'wlan.ssid'),
    )
    if (password !== undefined) this.#found.set([...path, 'pskFile'], new Secret(password), this.#line('wlan.password'))
    if (this.#value('wlan.hidden') === true) this.#found.set([...path, 'hidden'], true, this.#line('wlan.hidden'))
    const security = { sae: 'wpa3', owe: 'owe' }[this.#text('wlan.key_mgmt') ?? '']
    if (security !== undefined) this.#found.set([...path, 'security'], security, this.#line('wlan.key_mgmt'))
  }

  /** Every key that is not known here. */
  #rest(): void {
    for (const [table, value] of Object.entries(this.#tables)) {
      const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
      const keys = isTable ? Object.keys(value).map((key) => `${table}.${key}`) : [table]
      for (const key of keys.filter((one) => !this.#seen.has(one) && !SILENT.test(one))) {
        if (table === 'connect') leaveConnect(this.#found, this.#line(key))
        else this.#found.leave(key, whyNot(key), this.#line(key))
      }
    }
  }
}

function whyNot(key: string): string {
  if (key.startsWith('runcmd.')) return WHY_NOT.commands
  if (key === 'boot.cmdline_txt') return 'words of the kernel command line are written one by one: hardware.cmdline.add'
  return WHY_NOT.noKey
}

function fromHex(text: string | undefined): string | undefined {
  const bytes = Uint8Array.from((text?.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)))
  return text === undefined || hex(bytes) !== text.toLowerCase() ? undefined : new TextDecoder().decode(bytes)
}
