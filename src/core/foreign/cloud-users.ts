import { takeGroups, takeHash, takeImportId, takeKey, takePassword } from './accounts-said.ts'
import { type Findings, type Hash, userOf } from './fact.ts'
import { WHY_NOT } from './why-not.ts'
import { isSection, isYes, listOf, type YamlLines, type YamlPath, type YamlSection } from './yaml-lines.ts'

/** The account that keys and passwords are for where none is named (cloud.cfg of Raspberry Pi OS). */
const DEFAULT_USER = 'pi'

/** Keys of an account that change nothing, or that another key is read with. */
const SILENT =
  /^(name|lock_passwd|lock-passwd|sudo|gecos|primary_group|no_user_group|create_groups|no_log_init|inactive)$/

/** The accounts of cloud-init's user-data. */
export class CloudUsers {
  readonly #found: Findings
  readonly #yaml: YamlLines
  readonly #top: YamlSection
  readonly #hash: Hash

  constructor(found: Findings, yaml: YamlLines, top: YamlSection, hash: Hash) {
    this.#found = found
    this.#yaml = yaml
    this.#top = top
    this.#hash = hash
  }

  #line(...path: YamlPath): number {
    return this.#yaml.line(path)
  }

  /** The account that `ssh_authorized_keys` and `password` of the top are for. */
  defaultUser(): string {
    const { user, users } = this.#top
    if (typeof user === 'string') return user
    if (isSection(user) && typeof user.name === 'string') return user.name
    const named = listOf(users).filter(isSection)
    const [only] = named
    return named.length === 1 && typeof only?.name === 'string' && !listOf(users).includes('default')
      ? only.name
      : DEFAULT_USER
  }

  /** `users` */
  accounts(value: unknown): void {
    for (const [i, one] of listOf(value).entries()) if (one !== 'default') this.account(one, ['users', i], false)
  }

  /** @param isDefault it is the distribution's own user by another name: in its groups, with its sudo */
  account(value: unknown, at: YamlPath, isDefault: boolean): void {
    const section: YamlSection = isSection(value) ? value : { name: value }
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

  #accountKey(user: string, key: string, value: unknown, at: YamlPath): void {
    const line = this.#line(...at)
    const own = userOf(user)
    if (key === 'passwd' || key === 'hashed_passwd') takeHash(this.#found, user, String(value), line)
    else if (key === 'plain_text_passwd') takePassword(this.#found, user, String(value), line, this.#hash)
    else if (key === 'ssh_authorized_keys' || key === 'ssh-authorized-keys') this.keys(user, value, at)
    else if (key === 'ssh_import_id') this.imports(value, at)
    else if (key === 'groups') takeGroups(this.#found, user, wordsOf(value), line)
    else if (key === 'shell') this.#found.set([...own, key], value === '/bin/bash' ? undefined : String(value), line)
    else if (key === 'uid') this.#found.set([...own, key], Number(value), line)
    else if (key === 'expiredate') this.#found.set([...own, 'expires'], String(value), line)
    else if (!SILENT.test(key)) this.#found.leave(`${key} of ${user}`, WHY_NOT.noKey, line)
  }

  #sudo(user: string, section: YamlSection, at: YamlPath, isDefault: boolean): void {
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

  keys(user: string, value: unknown, at: YamlPath): void {
    for (const [i, key] of listOf(value).entries())
      for (const line of String(key).split('\n')) takeKey(this.#found, user, line, this.#line(...at, i))
  }

  imports(value: unknown, at: YamlPath): void {
    for (const [i, id] of listOf(value).entries()) takeImportId(this.#found, String(id), this.#line(...at, i))
  }

  /** `password` */
  password(value: unknown): void {
    this.#passwordOrHash(this.defaultUser(), String(value), this.#line('password'))
  }

  chpasswd(value: unknown): void {
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
      else this.#passwordOrHash(name, password, this.#line(...at))
      // cloud-init's default: the password has to be changed at the first login.
      if (name !== 'root' && value.expire !== undefined && isYes(value.expire))
        this.#found.set([...userOf(name), 'mustChangePassword'], true, this.#line('chpasswd', 'expire'))
    }
  }

  /** A hash where it looks like one, as cloud-init decides. */
  #passwordOrHash(user: string, password: string, line: number): void {
    if (/^\$(1|2a|2y|5|6|y|gy|7)\$./.test(password)) takeHash(this.#found, user, password, line)
    else takePassword(this.#found, user, password, line, this.#hash)
  }
}

/** `users, adm`, or a list. */
function wordsOf(value: unknown): readonly string[] {
  if (isSection(value)) return Object.keys(value)
  return listOf(value)
    .flatMap((one) => String(one).split(/[\s,]+/))
    .filter((word) => word !== '')
}
