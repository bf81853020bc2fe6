import { takeGroups, takeHash, takeImportId, takeKey, takePassword } from './accounts-said.ts'
import { type FactPath, Findings, type ForeignFile, type Hash, ImportError, userOf } from './fact.ts'
import { type YamlLines, yamlLines } from './yaml-lines.ts'

type Section = Readonly<Record<string, unknown>>
type Path = readonly (string | number)[]

/** The account that keys and passwords are for where none is named (cloud.cfg of Raspberry Pi OS). */
const DEFAULT_USER = 'pi'

/** cloud-init's user-data (`#cloud-config`): what Imager, pi-gen and people write. Commands are not read. */
export function readUserData(file: ForeignFile, hash: Hash): Findings {
  if (/^##\s*template:/.test(file.text))
    throw new ImportError(`${file.name}:1: a template: only cloud-init can fill it in`)
  const yaml = yamlLines(file)
  const found = new Findings(file.name)
  if (yaml.value !== null && yaml.value !== undefined && !isSection(yaml.value))
    throw new ImportError(`${file.name}:1: not a cloud-config: no section with keys`)
  new UserData(found, yaml, hash).read()
  return found
}

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isYes = (value: unknown) => value === true || /^(true|yes|on|1)$/i.test(String(value))
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

/** Keys that need nothing in a spec. */
const SILENT = new Set(
  'manage_etc_hosts preserve_hostname prefer_fqdn_over_hostname package_update package_reboot_if_required growpart resize_rootfs power_state final_message disable_root manage_resolv_conf ssh_deletekeys ssh_genkeytypes no_ssh_fingerprints ssh_quiet_keygen output version merge_how'.split(
    ' ',
  ),
)

class UserData {
  readonly #found: Findings
  readonly #yaml: YamlLines
  readonly #hash: Hash
  readonly #top: Section

  constructor(found: Findings, yaml: YamlLines, hash: Hash) {
    this.#found = found
    this.#yaml = yaml
    this.#hash = hash
    this.#top = isSection(yaml.value) ? yaml.value : {}
  }

  read(): void {
    for (const [key, value] of Object.entries(this.#top)) this.#key(key, value)
    // Who brings a key means to log in with it.
    const hasKey = this.#found.facts.some(({ path }) => path.at(-1) === 'authorizedKeys')
    if (!hasKey && this.#found.facts.length > 0) this.#found.suppose(['ssh', 'enabled'], false)
  }

  #line(...path: Path): number {
    return this.#yaml.line(path)
  }

  #set(path: FactPath, value: unknown, ...at: Path): void {
    if (typeof value === 'string' && value !== '') this.#found.set(path, value, this.#line(...at))
    else if (typeof value === 'number' || typeof value === 'boolean') this.#found.set(path, value, this.#line(...at))
  }

  #key(key: string, value: unknown): void {
    if (key === 'hostname') this.#set(['device', 'hostname'], value, key)
    else if (key === 'fqdn') {
      if (this.#top.hostname === undefined) this.#set(['device', 'hostname'], String(value).split('.')[0], key)
    } else if (key === 'timezone') this.#set(['device', 'timezone'], value, key)
    else if (key === 'locale') {
      if (value !== false) this.#set(['device', 'locale'], value, key)
    } else if (key === 'keyboard') this.#keyboard(value)
    else if (key === 'user') this.#account(value, [key], true)
    else if (key === 'users') this.#accounts(value)
    else if (key === 'ssh_authorized_keys') this.#keys(this.#defaultUser(), value, [key])
    else if (key === 'ssh_import_id') this.#imports(value, [key])
    else if (key === 'ssh_pwauth') {
      if (!/^unchanged$/i.test(String(value)))
        this.#found.set(['ssh', 'passwordAuthentication'], isYes(value), this.#line(key))
    } else if (key === 'enable_ssh') this.#found.set(['ssh', 'enabled'], isYes(value), this.#line(key))
    else if (key === 'password')
      takePasswordOrHash(this.#found, this.#defaultUser(), String(value), this.#line(key), this.#hash)
    else if (key === 'chpasswd') this.#chpasswd(value)
    else if (key === 'packages') this.#packages(value)
    else if (key === 'package_upgrade' || key === 'apt_upgrade') {
      if (isYes(value)) this.#found.set(['updates', 'firstBoot'], 'full', this.#line(key))
    } else if (key === 'ntp') this.#ntp(value)
    else if (key === 'rpi') this.#board(value)
    else if (key === 'write_files') this.#files(value)
    else if (key === 'runcmd') this.#commands(value)
    else if (key === 'apt' && isImagersApt(value)) return
    else if (!SILENT.has(key)) this.#found.leave(key, whyNot(key), this.#line(key))
  }

  #defaultUser(): string {
    const { user, users } = this.#top
    if (typeof user === 'string') return user
    if (isSection(user) && typeof user.name === 'string') return user.name
    const named = listOf(users).filter(isSection)
    const [only] = named
    return named.length === 1 && typeof only?.name === 'string' && !listOf(users).includes('default')
      ? only.name
      : DEFAULT_USER
  }

  #keyboard(value: unknown): void {
    if (!isSection(value)) {
      this.#set(['device', 'keyboard'], value, 'keyboard')
      return
    }
    this.#set(['device', 'keyboard'], value.layout, 'keyboard', 'layout')
    this.#set(['device', 'keyboardVariant'], value.variant, 'keyboard', 'variant')
  }

  #accounts(value: unknown): void {
    for (const [i, one] of listOf(value).entries()) if (one !== 'default') this.#account(one, ['users', i], false)
  }

  /** @param isDefault it is the distribution's own user by another name: in its groups, with its sudo */
  #account(value: unknown, at: Path, isDefault: boolean): void {
    const section: Section = isSection(value) ? value : { name: value }
    const { name } = section
    if (typeof name !== 'string') {
      this.#found.leave('a user', 'it has no name', this.#line(...at))
      return
    }
    if (section.system === true || section.snapuser !== undefined) {
      this.#found.leave(`the user ${name}`, 'a spec has accounts of people only', this.#line(...at))
      return
    }
    this.#found.set([...userOf(name), 'name'], name, this.#line(...at, 'name'))
    for (const [key, one] of Object.entries(section)) this.#accountKey(name, key, one, [...at, key])
    this.#sudo(name, section, at, isDefault)
  }

  #accountKey(user: string, key: string, value: unknown, at: Path): void {
    const line = this.#line(...at)
    const own = userOf(user)
    if (key === 'passwd' || key === 'hashed_passwd') takeHash(this.#found, user, String(value), line)
    else if (key === 'plain_text_passwd') takePassword(this.#found, user, String(value), line, this.#hash)
    else if (key === 'ssh_authorized_keys' || key === 'ssh-authorized-keys') this.#keys(user, value, at)
    else if (key === 'ssh_import_id') this.#imports(value, at)
    else if (key === 'shell') {
      if (value !== '/bin/bash') this.#set([...own, 'shell'], value, ...at)
    } else if (key === 'groups') takeGroups(this.#found, user, wordsOf(value), line)
    else if (key === 'uid') this.#set([...own, 'uid'], Number(value), ...at)
    else if (key === 'expiredate') this.#set([...own, 'expires'], String(value), ...at)
    else if (
      !/^(name|lock_passwd|lock-passwd|sudo|gecos|primary_group|no_user_group|create_groups|homedir|no_create_home|no_log_init|inactive|doas)$/.test(
        key,
      )
    )
      this.#found.leave(`${key} of ${user}`, 'it has no key in a spec', line)
    else if (/^(homedir|no_create_home|doas)$/.test(key))
      this.#found.leave(`${key} of ${user}`, 'it has no key in a spec', line)
  }

  #sudo(user: string, section: Section, at: Path, isDefault: boolean): void {
    const rules = listOf(section.sudo)
      .filter((one) => one !== false)
      .map(String)
    const line = this.#line(...at, section.sudo === undefined ? 'groups' : 'sudo')
    const inGroup = isDefault || wordsOf(section.groups).some((group) => /^(sudo|admin|wheel)$/.test(group))
    const isAll = (rule: string) => /^ALL\s*=\s*\(ALL(?:\s*:\s*ALL)?\)\s*(NOPASSWD:\s*)?ALL$/.test(rule)
    if (rules.some((one) => !isAll(one)))
      this.#found.leave(`sudo of ${user}`, 'a rule for single commands: a file of /etc/sudoers.d in files', line)
    const all = rules.filter(isAll)
    if (all.some((rule) => /NOPASSWD/.test(rule))) this.#found.set([...userOf(user), 'sudo'], 'nopasswd', line)
    else if (all.length === 0 && !inGroup) this.#found.set([...userOf(user), 'sudo'], 'none', line)
  }

  #keys(user: string, value: unknown, at: Path): void {
    for (const [i, key] of listOf(value).entries())
      for (const line of String(key).split('\n')) takeKey(this.#found, user, line, this.#line(...at, i))
  }

  #imports(value: unknown, at: Path): void {
    for (const [i, id] of listOf(value).entries()) takeImportId(this.#found, String(id), this.#line(...at, i))
  }

  #chpasswd(value: unknown): void {
    if (!isSection(value)) return
    const lines = typeof value.list === 'string' ? value.list.split('\n') : listOf(value.list)
    const pairs = lines.map((line, i) => ({
      name: String(line).split(':')[0] ?? '',
      password: String(line).split(':').slice(1).join(':'),
      at: ['chpasswd', 'list', i],
    }))
    const named = listOf(value.users)
      .filter(isSection)
      .map((one, i) => ({
        name: String(one.name),
        password: String(one.password ?? one.type),
        at: ['chpasswd', 'users', i],
      }))
    for (const { name, password, at } of [...pairs, ...named]) {
      if (name === '') continue
      if (name === 'root')
        this.#found.leave('the password of root', 'root has none: log in as a user, then sudo', this.#line(...at))
      else if (/^(R|RANDOM)$/.test(password))
        this.#found.leave(`the password of ${name}`, 'cloud-init would make one up', this.#line(...at))
      else takePasswordOrHash(this.#found, name, password, this.#line(...at), this.#hash)
      // cloud-init's default: the password has to be changed at the first login.
      if (name !== 'root' && value.expire !== undefined && isYes(value.expire))
        this.#found.set([...userOf(name), 'mustChangePassword'], true, this.#line('chpasswd', 'expire'))
    }
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
      else if (/rpi-connect|com\.raspberrypi\.connect|linger/.test(command)) this.#connect(line)
      else if (!/rfkill|^sleep 2$|chmod 0?440 \/etc\/sudoers\.d/.test(command)) own.push(line)
    }
    for (const line of own) this.#found.leave('a command of runcmd', whyNot('runcmd'), line)
  }

  #connect(line: number): void {
    const what = 'Raspberry Pi Connect'
    if (!this.#found.left.some((one) => one.what === what))
      this.#found.leave(what, 'it is signed in to on the device: rpi-connect signin', line)
  }
}

/** A password of `password` or `chpasswd`: a hash where it looks like one, as cloud-init decides. */
function takePasswordOrHash(found: Findings, user: string, password: string, line: number, hash: Hash): void {
  if (/^\$(1|2a|2y|5|6|y|gy|7)\$./.test(password)) takeHash(found, user, password, line)
  else takePassword(found, user, password, line, hash)
}

/** `users, adm`, or a list. */
function wordsOf(value: unknown): readonly string[] {
  if (isSection(value)) return Object.keys(value)
  return listOf(value)
    .flatMap((one) => String(one).split(/[\s,]+/))
    .filter((word) => word !== '')
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
  if (/^(runcmd|bootcmd)$/.test(key)) return 'commands belong in a script: firstBoot.scripts'
  if (/^(fs_setup|disk_setup|mounts|swap)$/.test(key)) return 'file systems are mounted by mounts'
  if (key === 'apt') return 'sources of packages need their key: packages.sources'
  if (key === 'snap' || key === 'ansible' || key === 'puppet')
    return 'install and start it by a script: firstBoot.scripts'
  if (key === 'ssh_keys') return 'private keys have no place in a spec; ssh.hostKeys: bake makes them'
  return 'it has no key in a spec'
}
