import { hasDigests, isAsPackaged } from '../../../device/inspect/package-digests.ts'
import { textOf } from '../../../device/pam/source-lines.ts'
import { type Grant, grantsOfPkla, grantsOfRules } from '../../../device/polkit/grants.ts'
import { groupsOf } from '../../../device/sshd/allow-deny.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import type { FileLine, Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { unasked, wayToRoot } from './root-finding.ts'

/** Packages that bring polkit, in one release or the other. */
const PACKAGES = ['polkitd', 'policykit-1', 'polkitd-pkla']

/** Whom polkit's rules of the device let do what makes root, unasked. Of a package's own file what cannot be read is passed over. */
export const polkit: Reader = (device) => {
  const isThere = PACKAGES.some((name) => device.packages.has(name) || device.requests.some((one) => one.name === name))
  if (!isThere) return []
  const found = filesIn(device.root).flatMap((file) => {
    const text = textOf(device.root, file) ?? ''
    const grants = file.endsWith('.rules') ? grantsOfRules(text) : grantsOfPkla(text)
    const isOwn = grants.some(({ isRoot }) => isRoot === 'unknown') && isOfPackage(device.root, file)
    return grants.filter(({ isRoot }) => isRoot === true || !isOwn).flatMap((grant) => findingsOf(device, file, grant))
  })
  // One rule may name an account and its group.
  return found.filter((one, index) => found.findIndex((other) => isSame(other, one)) === index)
}

/** Where packages put theirs. */
const SHARED = '/usr/share'

function isOfPackage(root: Tree, file: string): boolean {
  if (!hasDigests(root, 'systemd')) return file.startsWith(`${SHARED}/`)
  return isAsPackaged(root, file, PACKAGES)
}

function isSame(a: Finding, b: Finding): boolean {
  return a.code === b.code && a.user === b.user && a.at?.file === b.at?.file && a.at?.line === b.at?.line
}

function filesIn(root: Tree): readonly string[] {
  const rules = ['/etc', '/usr/local/share', SHARED].flatMap((place) =>
    inside(root, `${place}/polkit-1/rules.d`, '.rules'),
  )
  const local = ['/etc/polkit-1/localauthority', '/var/lib/polkit-1/localauthority'].flatMap((place) =>
    root.list(place).flatMap((name) => inside(root, `${place}/${name}`, '.pkla')),
  )
  return [...rules, ...local]
}

function inside(root: Tree, directory: string, ending: string): readonly string[] {
  if (root.lstat(root.resolve(directory))?.kind !== 'directory') return []
  return root
    .list(directory)
    .filter((name) => name.endsWith(ending))
    .map((name) => `${directory}/${name}`)
}

function findingsOf(device: FinishedDevice, file: string, { to, isRoot, line }: Grant): readonly Finding[] {
  const at = { file, line }
  const settle = 'take the rule out'
  if (isRoot === false) return []
  const users = to && usersOf(device, to)
  const who = to === undefined ? 'whoever asks' : to.kind === 'group' ? `the group ${to.name}` : to.name
  if (isRoot === 'unknown')
    return users?.length === 0 ? [] : [unproved(at, `polkit grants ${who} something that pibake does not know`)]
  return unasked(device, users).map((user) =>
    wayToRoot(user, at, `polkit lets ${who} do as root what it likes`, settle),
  )
}

function usersOf({ accounts }: FinishedDevice, { kind, name }: NonNullable<Grant['to']>): readonly string[] {
  const isMeant = (user: (typeof accounts.passwd)[number]) =>
    kind === 'user' ? user.name === name : groupsOf(accounts, user).includes(name)
  return accounts.passwd.filter((user) => user.uid !== 0 && isMeant(user)).map((user) => user.name)
}

function unproved(at: FileLine, because: string): Finding {
  const settle = 'take the rule out, or see on the device what pkaction and pkcheck say'
  return { answer: 'unproved', way: 'root', user: undefined, code: 'ACC060', at, because, settle }
}
