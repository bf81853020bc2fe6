import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Disk } from '../../src/base/disk/disk.ts'
import { bytewise } from '../../src/base/order.ts'
import type { Operation } from '../../src/core/plan/operation.ts'
import { type Change, differs, stateAt } from '../../src/core/plan/state.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import type { Target } from '../../src/storage/tree/tree.ts'
import { pathKey } from '../../src/storage/tree/tree.ts'
import { operationOf } from './operations.ts'
import { directory, file, me, type Nodes, plant, symlink } from './plant.ts'

/** A small card: every kind of entry, and something for every kind of operation to meet. */
const ROOT: Nodes = [
  ['/etc', directory()],
  ['/etc/hostname', file('raspberrypi\n')],
  ['/etc/passwd', file('pi:x:1000:1000::/home/pi:/bin/bash\n')],
  ['/etc/shadow', file('pi:*:1:::::\n', 0o640)],
  ['/etc/localtime', symlink('/usr/share/zoneinfo/Europe/London')],
  ['/etc/ssh', directory()],
  ['/home', directory()],
  ['/home/pi', directory(0o700)],
  ['/home/pi/.bashrc', file('# pi\n', 0o600)],
  ['/home/pi/empty', directory()],
  ['/home/pi/link', symlink('/etc/passwd')],
  ['/lib', symlink('usr/lib')],
  ['/usr', directory()],
  ['/usr/lib', directory()],
  ['/usr/sudo', file('binary', 0o4755)],
]
const BOOT: Nodes = [
  ['/CONFIG.TXT', file('arm_64bit=1\n')],
  ['/cmdline.txt', file('console=tty1 root=PARTUUID=1\n')],
  ['/userconf.txt', file('pi:x\n')],
]

/** Without root no link of root's can be made: then those two are left out. */
const links: readonly Operation[] =
  me.uid === 0
    ? [
        operationOf('/etc/localtime', symlink('/usr/share/zoneinfo/Europe/Vienna')),
        operationOf('/etc/new-link', symlink('../usr/lib')),
      ]
    : []

/** Every operation on everything it can meet. */
export const OPERATIONS: readonly Operation[] = [
  operationOf('/cmdline.txt', file('console=tty1\n'), 'boot'),
  operationOf('/config.txt', file('arm_64bit=1\ndtoverlay=disable-bt\n'), 'boot'),
  operationOf('/new.txt', file('new\n'), 'boot'),
  operationOf('/userconf.txt', undefined, 'boot'),
  operationOf('/etc/hostname', file('kit-07\n')),
  operationOf('/etc/passwd', undefined),
  operationOf('/etc/ssh', directory(0o750)),
  operationOf('/etc/ssh/00-pibake.conf', file('Port 22\n', 0o600)),
  operationOf('/home/alice', directory(0o700)),
  operationOf('/home/alice/.ssh', directory(0o700)),
  operationOf('/home/alice/.ssh/authorized_keys', file('ssh-ed25519 AAAA\n', 0o600)),
  operationOf('/home/pi', undefined),
  operationOf('/lib/pibake', directory()),
  operationOf('/usr/sudo', file('other', 0o6711)),
  ...links,
].sort((a, b) => bytewise(pathKey(a), pathKey(b)))

export const bootOf = (card: string) => join(card, 'boot')
export const rootOf = (card: string) => join(card, 'root')

export function plantCard(card: string): void {
  for (const [where, nodes] of [[bootOf(card), BOOT] as const, [rootOf(card), ROOT] as const]) {
    mkdirSync(where)
    plant(where, nodes)
  }
}

/** Calls `use` with the card's partitions as they are mounted. */
export async function withTarget<T>(
  card: string,
  use: (target: Target<DirectoryTree>) => T | Promise<T>,
  disk?: Disk,
): Promise<T> {
  const options = disk === undefined ? {} : { disk }
  const root = new DirectoryTree(rootOf(card), options)
  const boot = new DirectoryTree(bootOf(card), { ...options, fat: true })
  try {
    return await use({ root, boot })
  } finally {
    root.close()
    boot.close()
  }
}

/** What of the operations is to be done on the card. */
export function changesOn(target: Target, operations: readonly Operation[] = OPERATIONS): Change[] {
  return operations
    .map((operation) => ({ operation, before: stateAt(target, operation) }))
    .filter(({ operation, before }) => differs(operation, before))
}
