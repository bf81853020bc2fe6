import { type Accounts, readAccounts, withJoined } from '../../device/formats/accounts.ts'
import type { Inventory, Release } from '../../device/inspect/inventory.ts'
import { withMembers } from '../../device/systemd/sysusers.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { OverlayTree } from '../plan/overlay.ts'
import type { Plan } from '../plan/plan.ts'
import type { PackageRequest } from '../plan/request.ts'
import type { Spec } from '../spec-file/spec.ts'

import { broughtBy } from './brought.ts'
import { joinedAtFirstStart } from './joined-groups.ts'

/**
 * The device as it will be when its first start is through: the image, over it the packages of the spec and the plan; and
 * who is meant to get in.
 */
export interface FinishedDevice {
  /** `YYYY-MM-DD`: the day against which expiry is judged. */
  readonly today: string
  readonly root: Tree
  /** Undefined when the FAT partition is not at hand. */
  readonly boot: Tree | undefined
  readonly release: Release
  readonly accounts: Accounts
  /** Name → version of what the image has installed; the first start has not run yet. */
  readonly packages: ReadonlyMap<string, string>
  /** What the first start installs and removes. */
  readonly requests: readonly PackageRequest[]
  /** Packages of the spec whose files could not be looked at, and why. */
  readonly unread: readonly { readonly file: string; readonly because: string }[]
  /** The accounts that are meant to get in, and whether each is to become root, and how. */
  readonly owners: ReadonlyMap<string, Owner>
  readonly ssh: { readonly enabled: boolean; readonly port: number }
  /** Fingerprints of the authorities that the spec trusts to let in its users. */
  readonly authorities: ReadonlySet<string>
  /** Owners may be logged in at the console without being asked (`hardening.autologin: keep`). */
  readonly keepsAutologin: boolean
}

interface Owner {
  readonly sudo: 'password' | 'nopasswd' | 'none'
  /** The stock account, of which the spec says no more than that it stays. */
  readonly isKept?: true
  /** It is meant to exchange files by sftp, and to do nothing else. */
  readonly isForFiles?: true
}

export function finishedDevice(spec: Spec, inventory: Inventory, plan: Plan, today: string): FinishedDevice {
  const on = (partition: 'root' | 'boot') => plan.operations.filter((operation) => operation.partition === partition)
  const debs = spec.packages.debs.map(({ file, files }) => ({ file, files: files() }))
  const brought = debs.flatMap(({ files }) => (typeof files === 'string' ? [] : broughtBy(files, inventory.root)))
  const root = new OverlayTree(inventory.root, [...brought, ...on('root')])
  return {
    today,
    root,
    boot: inventory.boot && new OverlayTree(inventory.boot, on('boot')),
    release: inventory.release,
    accounts: withJoined(withMembers(root, readAccounts(root)), joinedAtFirstStart(root)),
    packages: inventory.packages,
    requests: plan.packages,
    unread: debs.flatMap(({ file, files }) => (typeof files === 'string' ? [{ file, because: files }] : [])),
    owners: ownersOf(spec, inventory),
    ssh: { enabled: spec.ssh.enabled, port: spec.ssh.port },
    authorities: new Set(spec.ssh.userCA?.keys.map(({ fingerprint }) => fingerprint)),
    keepsAutologin: spec.hardening.autologin === 'keep',
  }
}

/** The accounts of the spec, and the stock account where the spec says to keep it. */
function ownersOf(spec: Spec, { stockUser }: Inventory): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>(
    spec.users.map(({ name, sudo, sftpOnly }) => [name, { sudo, ...(sftpOnly !== undefined && { isForFiles: true }) }]),
  )
  if (spec.defaultUser === 'keep' && stockUser !== undefined && !owners.has(stockUser)) {
    owners.set(stockUser, { sudo: 'none', isKept: true })
  }
  return owners
}
