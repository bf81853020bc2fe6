import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../system/support/run.ts'

/** What is read of a card: a part of its root, and its boot partition, as directories. */
export interface Contents {
  readonly root: string
  readonly boot: string
}

/** What a start may change outside its own state; all else is as the bake left it. */
const mayChange =
  /^etc\/(?:machine-id|ssh\/ssh_host_[a-z0-9]+_key(?:\.new)?(?:\.pub)?|ssh\/\.ssh_host_[a-z0-9]+_key\.pub\.new)$/
/** What the network half leaves alone whatever packages it installs: who gets in, how, and what is still to be done. */
const staysWithPackages =
  /^etc\/(?:ssh\/|sudoers|ufw\/user6?\.rules$|fstab$|hostname$|pibake\/(?!first-boot\/scripts\/))/
/** What differs between two devices of one plan, or from day to day. */
const ownOfDevice = /^etc\/(?:machine-id|ssh\/ssh_host_\w+(?:\.pub)?|.*-|ld\.so\.cache)$/

/** Which half of the first start was going on when the power went; the other has not begun, or is over. */
export type Half = 'local' | 'network'

/** The one file that a start writes on FAT, and its temporary name; what fsck makes of a chain without a name. */
const mayChangeOnFat = /^(?:pibake-status\.txt|pibake\.new|FSCK\d+\.REC)$/i

/**
 * What must hold at every instant, whenever the power goes.
 *
 * @param baked the card before its first start
 * @returns what does not hold, as sentences; nothing when all does
 */
export function violations(card: Contents, baked: Contents, half: Half = 'local'): string[] {
  const allowed = (entry: string) => mayChange.test(entry) || (half === 'network' && !staysWithPackages.test(entry))
  return [
    ...difference(join(baked.root, 'etc'), join(card.root, 'etc'), 'etc', allowed),
    ...difference(baked.boot, card.boot, '', (entry) => mayChangeOnFat.test(entry)),
    ...lostAccounts(card, baked),
    ...halfKeys(card),
    ...tornState(card),
    ...claimedNotDone(card),
  ]
}

/** How `/etc` of a finished device differs from that of another of the same plan. */
export function differsFrom(reference: string, etc: string): string[] {
  return difference(reference, etc, 'etc', (entry) => ownOfDevice.test(entry))
}

/** Packages bring accounts of their own; those that the card had stay word for word. */
function lostAccounts(card: Contents, baked: Contents): string[] {
  return ['etc/passwd', 'etc/shadow'].flatMap((name) => {
    const place = join(card.root, name)
    const now = existsSync(place) ? readFileSync(place, 'utf8').split('\n') : []
    const missing = readFileSync(join(baked.root, name), 'utf8')
      .split('\n')
      .filter((line) => !now.includes(line))
    return missing.length === 0 ? [] : [`${name} has lost ${missing.length} accounts`]
  })
}

/** The device's private keys that are whole pairs, by type. */
export function wholeKeys({ root }: Contents): Readonly<Record<string, string>> {
  const ssh = join(root, 'etc/ssh')
  const keys: Record<string, string> = {}
  for (const name of readdirSync(ssh)) {
    const type = /^ssh_host_([a-z0-9]+)_key$/.exec(name)?.[1]
    if (type !== undefined && faultOf(join(ssh, name), type) === undefined)
      keys[type] = readFileSync(join(ssh, name), 'utf8')
  }
  return keys
}

/** The types of key that the plan asks for. */
export function askedKeys({ root }: Contents): readonly string[] {
  return asked(root, 'host-keys')
}

function asked(root: string, name: string): readonly string[] {
  const file = join(root, 'etc/pibake/first-boot', name)
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

/** As dpkg's database has it (deb-control(5), dpkg-query(1)). */
function isInstalled(root: string, name: string): boolean {
  const status = readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8')
  return status.split('\n\n').some((entry) => entry.startsWith(`Package: ${name}\nStatus: install ok installed\n`))
}

function halfKeys({ root }: Contents): string[] {
  const ssh = join(root, 'etc/ssh')
  return readdirSync(ssh).flatMap((name) => {
    const type = /^ssh_host_([a-z0-9]+)_key$/.exec(name)?.[1]
    const fault = type === undefined ? undefined : faultOf(join(ssh, name), type)
    return fault === undefined ? [] : [`${name} is in its place and ${fault}`]
  })
}

/** What is wrong with a private key in its place, or with the public one beside it. */
function faultOf(key: string, type: string): string | undefined {
  const { mode, uid } = lstatSync(key)
  if ((mode & 0o777) !== 0o600 || uid !== 0) return `has mode ${(mode & 0o777).toString(8)} and owner ${uid}`
  const { status, stdout } = attempt(['ssh-keygen', '-y', '-P', '', '-f', key])
  if (status !== 0) return 'does not parse'
  const [name, blob] = stdout.trim().split(' ')
  if (!name?.includes(type)) return `is of another type, ${name}`
  if (!existsSync(`${key}.pub`)) return 'has no public key'
  const [storedName, storedBlob] = readFileSync(`${key}.pub`, 'utf8').trim().split(' ')
  return name === storedName && blob === storedBlob ? undefined : 'has the public key of another'
}

const STATE = 'var/lib/pibake'

/** A file of the state is whole or not there: it takes its place by renaming. */
function tornState({ root }: Contents): string[] {
  const files: [string, RegExp][] = [['status.json', /^\{"schema":1,.*\}\n$/]]
  for (const phase of ['local', 'network']) files.push([`attempts.${phase}`, /^1 sha256:[0-9a-f]{64} \d+ end\n$/])
  for (const step of recorded(root))
    files.push([`steps/${step}`, /^1 sha256:[0-9a-f]{64} (?:ok|degraded|failed) [a-z-]+ (?:yes|no) end\n$/])
  return files.flatMap(([name, whole]) => {
    const path = join(root, STATE, name)
    return !existsSync(path) || whole.test(readFileSync(path, 'utf8')) ? [] : [`${name} is torn`]
  })
}

function recorded(root: string): string[] {
  const steps = join(root, STATE, 'steps')
  return existsSync(steps) ? readdirSync(steps).filter((name) => !name.startsWith('.')) : []
}

/** Done means done: what a record or the status calls `ok` is on the card. */
function claimedNotDone(card: Contents): string[] {
  const { root } = card
  const claims = new Map<string, string>()
  for (const step of recorded(root)) {
    if (/ ok \S+ \S+ end\n$/.test(readFileSync(join(root, STATE, 'steps', step), 'utf8')))
      claims.set(step, 'its record')
  }
  const status = readFileSync(join(root, STATE, 'status.json'), 'utf8')
  for (const [, step = ''] of status.matchAll(/"id":"([a-z0-9-]+)","phase":"[a-z]+","state":"ok"/g)) {
    claims.set(step, claims.get(step) ?? 'status.json')
  }
  const keys = wholeKeys(card)
  const done: Readonly<Record<string, () => boolean>> = {
    'host-keys': () => askedKeys(card).every((type) => type in keys),
    'machine-id': () => /^[0-9a-f]{32}\n$/.test(readFileSync(join(root, 'etc/machine-id'), 'utf8')),
    packages: () => asked(root, 'packages-install').every((name) => isInstalled(root, name)),
    ufw: () => /^ENABLED=yes$/m.test(readFileSync(join(root, 'etc/ufw/ufw.conf'), 'utf8')),
    'packages-carried': () => !existsSync(join(root, STATE, 'packages')),
    scripts: () => readdirSync(join(root, 'etc/pibake/first-boot/scripts')).length === 0,
  }
  // What the others do is not on the card, or is judged by its program after the next start.
  return [...claims].flatMap(([step, where]) =>
    (done[step]?.() ?? true) ? [] : [`${where} says ${step} is done, and it is not`],
  )
}

/** Which files differ in kind, mode, owner, target or content. */
function difference(before: string, after: string, name: string, allowed: (entry: string) => boolean): string[] {
  const names = (place: string) =>
    readdirSync(place, { recursive: true, encoding: 'utf8' }).map((entry) => (name === '' ? entry : join(name, entry)))
  const [old, now] = [new Set(names(before)), new Set(names(after))]
  return [...new Set([...old, ...now])]
    .filter((entry) => !allowed(entry))
    .flatMap((entry) => {
      if (!now.has(entry)) return [`${entry} is gone`]
      if (!old.has(entry)) return [`${entry} is new`]
      const inside = name === '' ? entry : entry.slice(name.length + 1)
      return look(join(before, inside)) === look(join(after, inside)) ? [] : [`${entry} has changed`]
    })
}

function look(path: string): string {
  const { mode, uid, gid } = lstatSync(path)
  const content = lstatSync(path).isFile() ? readFileSync(path, 'base64') : ''
  return `${mode} ${uid}:${gid} ${content}`
}
