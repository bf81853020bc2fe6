import { CloudUsers } from './cloud-users.ts'
import { type FactPath, Findings, type ForeignFile, type Hash, ImportError, userOf } from './fact.ts'
import { leaveConnect, WHY_NOT } from './why-not.ts'
import { isSection, isYes, listOf, type YamlLines, type YamlPath, type YamlSection, yamlLines } from './yaml-lines.ts'

/** cloud-init's user-data (`#cloud-config`): what Imager, pi-gen and people write. Commands are not read. */
export function readUserData(file: ForeignFile, hash: Hash): Findings {
  if (/^##\s*template:/.test(file.text))
    throw new ImportError(`${file.name}:1: a template: only cloud-init can fill it in`)
  const yaml = yamlLines(file)
  const found = new Findings(file.name)
  const top = yaml.value ?? {}
  if (!isSection(top)) throw new ImportError(`${file.name}:1: not a cloud-config: no section with keys`)
  new UserData(found, yaml, top, hash).read()
  return found
}

/** Keys that need nothing in a spec. */
const SILENT = new Set(
  'manage_etc_hosts preserve_hostname prefer_fqdn_over_hostname package_update package_reboot_if_required growpart resize_rootfs power_state final_message disable_root manage_resolv_conf ssh_deletekeys ssh_genkeytypes no_ssh_fingerprints ssh_quiet_keygen output version merge_how'.split(
    ' ',
  ),
)

class UserData {
  readonly #found: Findings
  readonly #yaml: YamlLines
  readonly #top: YamlSection
  readonly #users: CloudUsers

  constructor(found: Findings, yaml: YamlLines, top: YamlSection, hash: Hash) {
    this.#found = found
    this.#yaml = yaml
    this.#top = top
    this.#users = new CloudUsers(found, yaml, top, hash)
  }

  /** What is done with each key. */
  readonly #taken: Readonly<Record<string, (value: unknown) => void>> = {
    hostname: (value) => this.#set(['device', 'hostname'], value, 'hostname'),
    fqdn: (value) => {
      if (this.#top.hostname === undefined) this.#set(['device', 'hostname'], String(value).split('.')[0], 'fqdn')
    },
    timezone: (value) => this.#set(['device', 'timezone'], value, 'timezone'),
    // `false`: cloud-init leaves it.
    locale: (value) => this.#set(['device', 'locale'], value === false ? undefined : value, 'locale'),
    keyboard: (value) => this.#keyboard(value),
    user: (value) => this.#users.account(value, ['user'], true),
    users: (value) => this.#users.accounts(value),
    ssh_authorized_keys: (value) => this.#users.keys(this.#users.defaultUser(), value, ['ssh_authorized_keys']),
    ssh_import_id: (value) => this.#users.imports(value, ['ssh_import_id']),
    password: (value) => this.#users.password(value),
    chpasswd: (value) => this.#users.chpasswd(value),
    ssh_pwauth: (value) => {
      const isSaid = !/^unchanged$/i.test(String(value))
      this.#set(['ssh', 'passwordAuthentication'], isSaid ? isYes(value) : undefined, 'ssh_pwauth')
    },
    enable_ssh: (value) => this.#set(['ssh', 'enabled'], isYes(value), 'enable_ssh'),
    packages: (value) => this.#packages(value),
    package_upgrade: (value) => this.#upgrade(value, 'package_upgrade'),
    apt_upgrade: (value) => this.#upgrade(value, 'apt_upgrade'),
    apt: (value) => {
      if (!isImagersApt(value)) this.#leave('apt')
    },
    ntp: (value) => this.#ntp(value),
    rpi: (value) => this.#board(value),
    write_files: (value) => this.#files(value),
    runcmd: (value) => this.#commands(value),
  }

  read(): void {
    for (const [key, value] of Object.entries(this.#top)) {
      const take = Object.hasOwn(this.#taken, key) ? this.#taken[key] : undefined
      if (take !== undefined) take(value)
      else if (!SILENT.has(key)) this.#leave(key)
    }
    // Who brings a key means to log in with it.
    const hasKey = this.#found.facts.some(({ path }) => path.at(-1) === 'authorizedKeys')
    if (!hasKey && this.#found.facts.length > 0) this.#found.suppose(['ssh', 'enabled'], false)
  }

  #line(...path: YamlPath): number {
    return this.#yaml.line(path)
  }

  #set(path: FactPath, value: unknown, ...at: YamlPath): void {
    const isValue =
      (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'
    if (isValue) this.#found.set(path, value, this.#line(...at))
  }

  #leave(key: string): void {
    this.#found.leave(key, whyNot(key), this.#line(key))
  }

  #upgrade(value: unknown, key: string): void {
    this.#set(['updates', 'firstBoot'], isYes(value) ? 'full' : undefined, key)
  }

  #keyboard(value: unknown): void {
    if (!isSection(value)) {
      this.#set(['device', 'keyboard'], value, 'keyboard')
      return
    }
    this.#set(['device', 'keyboard'], value.layout, 'keyboard', 'layout')
    this.#set(['device', 'keyboardVariant'], value.variant, 'keyboard', 'variant')
  }

  #packages(value: unknown): void {
    for (const [i, one] of listOf(value).entries()) {
      const line = this.#line('packages', i)
      // Imager writes it beside every hostname, and Raspberry Pi OS has it.
      if (one === 'avahi-daemon') continue
      if (typeof one === 'string') this.#found.add(['packages', 'install'], one, line)
      else this.#found.leave('a package', 'a spec names packages without a version', line)
    }
  }

  #ntp(value: unknown): void {
    if (!isSection(value)) return
    for (const key of ['servers', 'pools'])
      for (const [i, server] of listOf(value[key]).entries())
        this.#found.add(['device', 'timeServers'], String(server), this.#line('ntp', key, i))
  }

  #board(value: unknown): void {
    if (!isSection(value)) return
    if (isYes(value.enable_usb_gadget))
      this.#found.set(['hardware', 'interfaces', 'usbGadget'], true, this.#line('rpi', 'enable_usb_gadget'))
    const interfaces = isSection(value.interfaces) ? value.interfaces : {}
    for (const [key, own] of [
      ['i2c', 'i2c'],
      ['spi', 'spi'],
      ['onewire', 'oneWire'],
    ] as const)
      this.#set(['hardware', 'interfaces', own], interfaces[key], 'rpi', 'interfaces', key)
    const { serial } = interfaces
    const line = this.#line('rpi', 'interfaces', 'serial')
    if (isSection(serial)) {
      this.#found.set(['hardware', 'interfaces', 'uart'], isYes(serial.hardware) || isYes(serial.console), line)
      this.#found.set(['hardening', 'serialConsole'], isYes(serial.console) ? 'on' : 'off', line)
    } else if (serial !== undefined)
      this.#set(['hardware', 'interfaces', 'uart'], serial, 'rpi', 'interfaces', 'serial')
  }

  #files(value: unknown): void {
    for (const [i, one] of listOf(value).entries()) {
      const line = this.#line('write_files', i)
      if (!isSection(one) || typeof one.path !== 'string') continue
      const { path, content = '', permissions, owner, encoding, append, source } = one
      if (
        source !== undefined ||
        isYes(append) ||
        (encoding !== undefined && !/^text\/plain$/.test(String(encoding)))
      ) {
        this.#found.leave(`the file ${path}`, 'only plain content of a whole file is taken', line)
        continue
      }
      const file: FactPath = ['files', { key: 'path', value: path }]
      const [user, group] = String(owner ?? 'root:root').split(':')
      this.#found.set([...file, 'path'], path, line)
      this.#found.set([...file, 'content'], String(content), line)
      if (permissions !== undefined) this.#found.set([...file, 'mode'], modeOf(permissions), line)
      if (user !== undefined && user !== 'root') this.#found.set([...file, 'owner'], user, line)
      if (group !== undefined && group !== 'root') this.#found.set([...file, 'group'], group, line)
    }
  }

  #commands(value: unknown): void {
    const own: number[] = []
    for (const [i, one] of listOf(value).entries()) {
      const command = Array.isArray(one) ? one.join(' ') : String(one)
      const line = this.#line('runcmd', i)
      const sudoer = /echo '?([\w-]+) ALL=\(ALL(?::ALL)?\) NOPASSWD: ?ALL/.exec(command)?.[1]
      if (/systemctl\s+(-q\s+)?enable\s+(--now\s+)?sshd?(\.service)?$/.test(command))
        this.#found.set(['ssh', 'enabled'], true, line)
      else if (sudoer !== undefined) this.#found.set([...userOf(sudoer), 'sudo'], 'nopasswd', line)
      else if (/rpi-connect|com\.raspberrypi\.connect|linger/.test(command)) leaveConnect(this.#found, line)
      else if (!/rfkill|^sleep 2$|chmod 0?440 \/etc\/sudoers\.d/.test(command)) own.push(line)
    }
    for (const line of own) this.#found.leave('a command of runcmd', whyNot('runcmd'), line)
  }
}

/** `'0644'`; YAML 1.1 reads 0644 without quotes as an octal number. */
function modeOf(permissions: unknown): string {
  return typeof permissions === 'number'
    ? permissions.toString(8).padStart(4, '0')
    : String(permissions).replace(/^0?o?(\d{3})$/, '0$1')
}

/** What Imager writes for a clock that is not set yet. */
function isImagersApt(value: unknown): boolean {
  return (
    isSection(value) &&
    Object.keys(value).every((key) => key === 'conf' || key === 'preserve_sources_list') &&
    /Check-Date/.test(String(value.conf))
  )
}

function whyNot(key: string): string {
  if (/^(runcmd|bootcmd)$/.test(key)) return WHY_NOT.commands
  if (/^(fs_setup|disk_setup|mounts|swap)$/.test(key)) return 'file systems are mounted by mounts'
  if (key === 'apt') return 'sources of packages need their key: packages.sources'
  if (key === 'snap' || key === 'ansible' || key === 'puppet')
    return 'install and start it by a script: firstBoot.scripts'
  if (key === 'ssh_keys') return 'private keys have no place in a spec; ssh.hostKeys: bake makes them'
  return WHY_NOT.noKey
}
