import { shadowEntry } from '../../device/formats/account-index.ts'
import { readAccounts } from '../../device/formats/accounts.ts'
import { isVerifiable } from '../../device/formats/crypt-hash.ts'
import { plainPath } from '../../device/formats/plain-path.ts'
import { readAssignments } from '../../device/formats/shell-assignments.ts'
import { seedsOn } from '../../device/inspect/boot-seeds.ts'
import type { Release } from '../../device/inspect/inventory.ts'
import { zoneOf } from '../../device/inspect/time-zones.ts'
import { callerOf, hostnameOf } from '../../device/sudo/caller.ts'
import { sudoFor } from '../../device/sudo/evaluate.ts'
import { readSudoers } from '../../device/sudo/read.ts'
import { startedFrom } from '../../device/systemd/started.ts'
import { Units } from '../../device/systemd/units.ts'
import type { Target, Tree } from '../../storage/tree/tree.ts'
import { takeHash, takeKey } from './accounts-said.ts'
import { Findings, type ForeignFile, type Hash, userOf } from './fact.ts'
import { kindOf, readForeign } from './kinds.ts'
import { sshdFindings } from './sshd-config-file.ts'

/** What an existing image says: accounts, sshd, ufw, fail2ban, networks, names, and the seeds on its boot partition. */
export function imageFindings({ root, boot }: Target, release: Release, hash: Hash): readonly Findings[] {
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
  return [
    namesIn(root),
    accountsIn(root),
    ...sshdFindings(root, nameOf),
    ...readForeign(files, hash),
    sshIn(root, release),
  ]
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
  const accounts = readAccounts(root)
  const host = hostnameOf(root)
  const sudoers = readSudoers(root, host)
  for (const [index, user] of accounts.passwd.entries()) {
    const { name, uid, home, shell } = user
    const line = index + 1
    const hash = shadowEntry(accounts, name)?.password ?? ''
    if (uid < 1000 || uid > 60_000 || /\/(nologin|false)$/.test(shell)) continue
    const keys = textAt(root, plainPath(`${home}/.ssh/authorized_keys`) ?? '/')
    const canLogIn = isVerifiable(hash) || /\S/.test(keys)
    if (!canLogIn) continue
    found.set([...userOf(name), 'name'], name, line)
    if (isVerifiable(hash)) takeHash(found, name, hash, line)
    for (const key of keys.split('\n')) takeKey(found, name, key, line)
    if (shell !== '/bin/bash') found.set([...userOf(name), 'shell'], shell, line)
    const { allowed, needsPassword } = sudoFor(sudoers, callerOf(accounts, user, host))
    if (!allowed) found.set([...userOf(name), 'sudo'], 'none', line)
    else if (!needsPassword) found.set([...userOf(name), 'sudo'], 'nopasswd', line)
  }
  return found
}

/** Whether sshd is started, at once or by its socket. */
function sshIn(root: Tree, release: Release): Findings {
  const found = new Findings('root:/etc/systemd/system')
  found.suppose(['ssh', 'enabled'], startedFrom(new Units(root, release), 'multi-user.target').has('ssh.service'))
  return found
}
