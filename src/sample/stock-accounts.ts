import { STOCK_GROUPS } from '../core/controls/account-groups.ts'
import { AccountFile, type AccountFileName, accountFiles } from '../device/formats/account-files.ts'
import type { Tree } from '../storage/tree/tree.ts'
import { directory, file, type Layout } from './layout.ts'
import type { Sample } from './options.ts'

const WIZARD = 'rpi-first-boot-wizard'

/** The account files of `base` with Raspberry Pi's users and groups added, and the homes of those users. */
export function stockAccounts(sample: Sample, base: Tree): Layout {
  const { facts, variant, builder } = sample
  const day = String(Date.parse(facts.date) / 86_400_000)
  const files = Object.fromEntries(
    (Object.keys(accountFiles) as AccountFileName[]).map((name) => [
      name,
      new AccountFile(name, base.read(accountFiles[name].path) ?? new Uint8Array()),
    ]),
  ) as Record<AccountFileName, AccountFile>

  const addGroup = (name: string, gid?: number) => {
    if (files.group.get(name) !== undefined) return
    files.group.set([name, 'x', String(gid ?? highestFree(files.group)), ''])
    files.gshadow.set([name, '!', '', ''])
  }
  const join = (user: string, name: string) => {
    for (const which of ['group', 'gshadow'] as const) {
      const [group, password, third, members] = files[which].get(name) as [string, string, string, string]
      files[which].set([group, password, third, members === '' ? user : `${members},${user}`])
    }
  }
  const addSystemUser = (name: string) => {
    if (files.passwd.get(name) !== undefined) return
    addGroup(name)
    const gid = files.group.get(name)?.[2] as string
    files.passwd.set([name, 'x', String(highestFree(files.passwd)), gid, '', '/', '/usr/sbin/nologin'])
    files.shadow.set([name, '!*', day, '', '', '', '', '', ''])
  }
  const addUser = (name: string, uid: number, gecos: string, shell: string) => {
    addGroup(name, uid)
    files.passwd.set([name, 'x', String(uid), String(uid), gecos, `/home/${name}`, shell])
    files.shadow.set([name, '!', day, '0', '99999', '7', '', '', ''])
    const start = String(100_000 + (uid - 1000) * 65_536)
    files.subuid.set([name, start, '65536'])
    files.subgid.set([name, start, '65536'])
  }

  for (const name of ['systemd-timesync', 'avahi']) addSystemUser(name)
  for (const name of ['input', 'spi', 'i2c', 'gpio', 'netdev', 'render']) addGroup(name)
  if (variant === 'desktop')
    for (const name of ['lightdm', 'lpadmin']) (name === 'lpadmin' ? addGroup : addSystemUser)(name)
  addUser('pi', 1000, ',,,', facts.shell)
  for (const name of variant === 'desktop' ? [...STOCK_GROUPS, 'lpadmin'] : STOCK_GROUPS) join('pi', name)
  const wizard = variant === 'desktop' && builder !== 'rpi-image-gen'
  if (wizard) {
    addUser(WIZARD, 1001, ',,,,', '/bin/bash')
    for (const name of ['audio', 'video', 'netdev']) join(WIZARD, name)
  }

  const owned = (name: AccountFileName) =>
    file(new TextDecoder().decode(files[name].content()), name.endsWith('shadow') ? { mode: 0o640, gid: 42 } : {})
  return {
    ...Object.fromEntries(
      (Object.keys(accountFiles) as AccountFileName[]).map((name) => [accountFiles[name].path, owned(name)]),
    ),
    ...Object.fromEntries(Object.values(accountFiles).map(({ path }) => [`${path}-`, null])),
    ...home('pi', 1000, base),
    ...(wizard ? home(WIZARD, 1001, base) : {}),
  }
}

function home(name: string, id: number, base: Tree): Layout {
  const owner = { uid: id, gid: id }
  return {
    [`/home/${name}`]: directory({ mode: 0o700, ...owner }),
    ...Object.fromEntries(
      base
        .list('/etc/skel')
        .map((entry) => [
          `/home/${name}/${entry}`,
          file(new TextDecoder().decode(base.read(`/etc/skel/${entry}`)), owner),
        ]),
    ),
  }
}

/** groupadd -r and useradd -r take the highest free number below 1000. */
function highestFree(accounts: AccountFile): number {
  const taken = new Set(accounts.entries().map((fields) => Number(fields[2])))
  let id = 999
  while (taken.has(id)) id -= 1
  return id
}
