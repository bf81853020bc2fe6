import { actionAfter, type NameDatabase, type NameSource, nameDatabase } from '../../../device/formats/nsswitch.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import type { Finding } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'

/** Do /etc/passwd, group and shadow decide which accounts there are (nsswitch.conf(5))? */
export const nameService = ({
  root,
  accounts,
  owners,
}: Pick<FinishedDevice, 'root' | 'accounts' | 'owners'>): readonly Finding[] =>
  (['passwd', 'group', 'shadow'] as const).flatMap((name) => {
    // Where the account itself says what its password is, nobody looks into shadow.
    const isUsed = name !== 'shadow' || accounts.passwd.some((user) => owners.has(user.name) && user.password === 'x')
    return isUsed ? judge(root, name, nameDatabase(root, name)) : []
  })

/** Sources that read the account files; glibc has the first built in. */
const FILES = new Set(['files', 'compat'])

/** Whether the search goes on to the files after a source. */
type Goes = 'on' | 'no further' | 'perhaps'

function judge(root: Tree, name: string, { sources, line }: NameDatabase): readonly Finding[] {
  const at = { file: '/etc/nsswitch.conf', line }
  const files = sources.findIndex((source) => FILES.has(source.name))
  if (files === -1) return lost(name, at, `${name} is not looked up in its file`)
  const before = sources.slice(0, files).map((source) => ({ source, goes: goesOn(root, source) }))
  const end = before.find(({ goes }) => goes === 'no further')
  if (end !== undefined) return lost(name, at, `${name} is looked up in '${end.source.name}' and then no further`)
  const foreign = sources.map((source) => source.name).filter((source) => isForeign(root, source))
  const list = foreign.join("', '")
  return foreign.length === 0
    ? []
    : [unproved(at, `${name} is looked up in '${list}' too, which may know more accounts, or end the search`)]
}

/** A source that is not installed, or has no accounts at all, answers `unavail`; what another one answers is its own. */
function goesOn(root: Tree, source: NameSource): Goes {
  const ends = (status: 'notfound' | 'unavail') => actionAfter(source, status) === 'return'
  if (source.name === 'systemd' && isInstalled(root, source.name)) return ends('notfound') ? 'no further' : 'on'
  if (!isForeign(root, source.name)) return ends('unavail') ? 'no further' : 'on'
  if (ends('notfound') && ends('unavail')) return 'no further'
  return ends('notfound') || ends('unavail') ? 'perhaps' : 'on'
}

/** What systemd adds are users that units make for themselves, none of whom has a password or a shell. */
function isForeign(root: Tree, source: string): boolean {
  return !FILES.has(source) && source !== 'systemd' && source !== 'dns' && isInstalled(root, source)
}

function isInstalled(root: Tree, source: string): boolean {
  return root
    .list('/usr/lib')
    .filter((name) => /-linux-gnu/.test(name))
    .some((name) => root.lstat(`/usr/lib/${name}/libnss_${source}.so.2`) !== undefined)
}

/** Nobody gets in whose account is not found; without shadow, nobody of whom more is asked than a key. */
function lost(name: string, at: Finding['at'], what: string): readonly Finding[] {
  if (name === 'group') {
    return [unproved(at, `${what}: what goes by a group (AllowGroups, sudo) may not hold`)]
  }
  const because = `${what}, and the accounts of the device are not found`
  const ways = name === 'shadow' ? (['ssh', 'console', 'root'] as const) : (['login'] as const)
  return ways.map((way) => ({ answer: 'shut', way, user: undefined, code: 'ACC017', at, because, settle: undefined }))
}

function unproved(at: Finding['at'], because: string): Finding {
  return {
    answer: 'unproved',
    way: 'login',
    user: undefined,
    code: 'ACC056',
    at,
    because,
    settle: 'take the other sources out, or see on the device who is known: getent passwd',
  }
}
