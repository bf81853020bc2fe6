import type { Entry } from '../../../storage/tree/tree.ts'
import type { FileLine, Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { runsAsRoot, setuidFindings } from './setuid.ts'

const FILE = '/var/lib/dpkg/statoverride'

/** Owner, group and mode that dpkg gives a path whenever it unpacks it (dpkg-statoverride(1)). */
interface Override {
  readonly path: string
  readonly entry: Extract<Entry, { kind: 'file' }>
  readonly at: FileLine
}

/** What the next upgrade makes of programs, where it is not so already: the first start may be that upgrade. */
export const statOverrides: Reader = (device) =>
  overridesOf(device).flatMap((override) => [
    ...brokenSudo(override),
    ...newRoot(device, override),
    ...newHole(device, override),
  ])

function overridesOf({ root, accounts }: FinishedDevice): readonly Override[] {
  const lines = new TextDecoder().decode(root.read(FILE) ?? new Uint8Array()).split('\n')
  const numberOf = (name: string, known: number | undefined) =>
    /^#\d+$/.test(name) ? Number(name.slice(1)) : (known ?? Number.NaN)
  return lines.flatMap((line, index) => {
    const [, user = '', group = '', mode = '', path = ''] = /^(\S+) (\S+) ([0-7]+) (\/.*)$/.exec(line) ?? []
    if (path === '') return []
    const uid = numberOf(user, accounts.passwd.find(({ name }) => name === user)?.uid)
    const gid = numberOf(group, accounts.group.find(({ name }) => name === group)?.gid)
    const entry = { kind: 'file', mode: Number.parseInt(mode, 8), uid, gid, size: 0 } as const
    return [{ path, entry, at: { file: FILE, line: index + 1 } }]
  })
}

function brokenSudo({ path, entry, at }: Override): readonly Finding[] {
  if (!/^(\/usr)?\/bin\/sudo$/.test(path) || (entry.uid === 0 && (entry.mode & 0o4001) === 0o4001)) return []
  return [later(path, at, 'ACC057', 'it does not start as root then')]
}

function newRoot({ root }: FinishedDevice, { path, entry, at }: Override): readonly Finding[] {
  const now = root.lstat(root.resolve(path))
  if (!runsAsRoot(entry) || (now !== undefined && runsAsRoot(now))) return []
  return setuidFindings(root, root.resolve(path)).map((finding) => ({
    ...finding,
    ...later(path, at, finding.code, finding.because),
    answer: finding.answer,
  }))
}

const SYSTEM = /^\/(etc|usr|bin|sbin|lib)\//

function newHole({ root }: FinishedDevice, { path, entry, at }: Override): readonly Finding[] {
  const now = root.lstat(root.resolve(path))
  const isOpen = (mode: number) => (mode & 0o1002) === 0o002
  const isOpenNow = now?.kind !== 'symlink' && now?.kind !== 'other' && now !== undefined && isOpen(now.mode)
  if (!SYSTEM.test(path) || !isOpen(entry.mode) || isOpenNow) return []
  return [later(path, at, 'ACC053', 'everybody can write it then')]
}

function later(path: string, at: FileLine, code: Finding['code'], because: string): Finding {
  return {
    answer: 'unproved',
    way: 'root',
    user: undefined,
    code,
    at,
    because: `dpkg gives ${path} another mode when it is upgraded: ${because}`,
    settle: `take the line out: dpkg-statoverride --remove ${path}`,
  }
}
