import { readAccounts } from '../../device/formats/accounts.ts'
import { isVerifiable } from '../../device/formats/crypt-hash.ts'
import { plainPath } from '../../device/formats/plain-path.ts'
import { readAssignments } from '../../device/formats/shell-assignments.ts'
import { seedsOn } from '../../device/inspect/boot-seeds.ts'
import { zoneOf } from '../../device/inspect/time-zones.ts'
import type { Target, Tree } from '../../storage/tree/tree.ts'
import { takeHash, takeKey } from './accounts-said.ts'
import { Findings, type ForeignFile, type Hash, userOf } from './fact.ts'
import { kindOf, readForeign } from './kinds.ts'
import { sshdFindings } from './sshd-config-file.ts'

/** What an existing image says: accounts, sshd, ufw, fail2ban, networks, names, and the seeds on its boot partition. */
export function imageFindings({ root, boot }: Target, hash: Hash): readonly Findings[] {
  const nameOf = (path: string) => `root:${path}`
  const file = (path: string): readonly ForeignFile[] => {
    const text = textAt(root, path)
    return text === '' ? [] : [{ name: nameOf(path), text }]
  }
  const files = [
    ...[
      '/etc/default/ufw',
      '/etc/ufw/ufw.conf',
      '/etc/ufw/user.rules',
      '/etc/ufw/user6.rules',
      '/etc/fail2ban/jail.local',
    ].flatMap(file),
    ...root.list(PROFILES).flatMap((name) => file(`${PROFILES}/${name}`)),
    ...(boot === undefined ? [] : seedsIn(boot)),
  ].flatMap((one) => {
    const kind = kindOf(one)
    return kind === undefined ? [] : [{ file: one, kind }]
  })
  return [namesIn(root), accountsIn(root), ...sshdFindings(root, nameOf), ...readForeign(files, hash), ...sshIn(root)]
}

const PROFILES = '/etc/NetworkManager/system-connections'

function seedsIn(boot: Tree): readonly ForeignFile[] {
  const seeds = seedsOn(boot).map(({ file, text }) => ({ name: `boot:/${file}`, text }))
  const cmdline = boot.read('/cmdline.txt')
  return cmdline === undefined
    ? seeds
    : [...seeds, { name: 'boot:/cmdline.txt', text: new TextDecoder().decode(cmdline) }]
}

/** The text of a regular file; nothing where there is none. */
function textAt(root: Tree, path: string): string {
  const isFile = root.lstat(root.resolve(path))?.kind === 'file'
  return isFile ? new TextDecoder().decode(root.read(path)) : ''
}

function namesIn(root: Tree): Findings {
  const found = new Findings('root:/etc')
  const hostname = textAt(root, '/etc/hostname').trim()
  if (hostname !== '') found.set(['device', 'hostname'], hostname, 0)
  found.set(['device', 'timezone'], zoneOf(root), 0)
  const locale = readAssignments(textAt(root, '/etc/default/locale')).values.get('LANG')
  if (locale !== undefined && /\./.test(locale)) found.set(['device', 'locale'], locale, 0)
  const keyboard = readAssignments(textAt(root, '/etc/default/keyboard')).values
  const [layout, variant] = [keyboard.get('XKBLAYOUT'), keyboard.get('XKBVARIANT')]
  if (layout !== undefined && layout !== '') found.set(['device', 'keyboard'], layout, 0)
  if (layout !== undefined && variant !== undefined && variant !== '')
    found.set(['device', 'keyboardVariant'], variant, 0)
  return found
}

/** People's accounts that somebody can log in to: with a password or a key, and a shell. */
function accountsIn(root: Tree): Findings {
  const found = new Findings('root:/etc/passwd')
  const { passwd, shadow, group } = readAccounts(root)
  const rules = root
    .list('/etc/sudoers.d')
    .map((name) => textAt(root, `/etc/sudoers.d/${name}`))
    .join('\n')
  for (const [index, { name, uid, home, shell }] of passwd.entries()) {
    const line = index + 1
    const hash = shadow.find((entry) => entry.name === name)?.password ?? ''
    if (uid < 1000 || uid > 60_000 || /\/(nologin|false)$/.test(shell)) continue
    const keys = textAt(root, plainPath(`${home}/.ssh/authorized_keys`) ?? '/')
    const canLogIn = isVerifiable(hash) || /\S/.test(keys)
    if (!canLogIn) continue
    found.set([...userOf(name), 'name'], name, line)
    if (isVerifiable(hash)) takeHash(found, name, hash, line)
    for (const key of keys.split('\n')) takeKey(found, name, key, line)
    if (shell !== '/bin/bash') found.set([...userOf(name), 'shell'], shell, line)
    const isSudoer = group.some((one) => one.name === 'sudo' && one.members.includes(name))
    const needsNone = new RegExp(`^${name}\\s+ALL\\s*=.*NOPASSWD:\\s*ALL`, 'm').test(rules)
    if (needsNone) found.set([...userOf(name), 'sudo'], 'nopasswd', line)
    else if (!isSudoer) found.set([...userOf(name), 'sudo'], 'none', line)
  }
  return found
}

/** Whether ssh.service is started: the links of its unit. */
function sshIn(root: Tree): readonly Findings[] {
  const found = new Findings('root:/etc/systemd/system')
  const isOn = ['multi-user.target.wants/ssh.service', 'sockets.target.wants/ssh.socket'].some(
    (link) => root.lstat(`/etc/systemd/system/${link}`) !== undefined,
  )
  found.suppose(['ssh', 'enabled'], isOn)
  return [found]
}
