import { TargetError } from '../../base/errors.ts'
import { latin1Text } from '../../base/host/bytes.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { type AccountFileName, accountFiles } from '../formats/account-files.ts'

/** Faults that a message tells. */
const SHOWN = 100

/** Names and passwords with one are nobody's, and whatever prints them is led astray. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f]/
const ASCII = /^[ -~]*$/
/** A whole file without a fault of its characters. */
const PLAIN = /^[\n -~]*$/

/** Something that is wrong with an account file. */
export interface AccountFault {
  readonly file: string
  /** From 1; undefined: the file, or an account of it. */
  readonly line: number | undefined
  /** What is said of it: `has 3 fields instead of 7`, `eve is in /etc/passwd and not in /etc/shadow`. */
  readonly what: string
  /** It is another account with the number of root. */
  readonly isTwin?: true
}

/**
 * Refuses account files that cannot be edited safely, with their faults in one message.
 *
 * @throws TargetError
 */
export function assertAccounts(root: Tree): void {
  const faults = accountFaults(root)
  if (faults.length === 0) return
  const more = faults.length > SHOWN ? `; and ${faults.length - SHOWN} more` : ''
  const shown = faults.slice(0, SHOWN).map(accountFaultText).join('; ')
  throw new TargetError(`${root.label}: the account files are damaged: ${shown}${more}`, {
    hint: 'start from a fresh image, or repair them with vipw and vigr in a chroot',
  })
}

/** `/etc/passwd line 4 has 3 fields instead of 7` */
export function accountFaultText({ file, line, what }: AccountFault): string {
  return line === undefined ? what : `${file} line ${line} ${what}`
}

/** What is wrong with the account files: lines that are not one, accounts that are there twice or half. */
export function accountFaults(root: Tree): readonly AccountFault[] {
  const faults: AccountFault[] = []
  const tables = new Map<AccountFileName, string[][]>()
  for (const name of Object.keys(accountFiles) as AccountFileName[]) {
    const { path: file, fields } = accountFiles[name]
    const fault = (what: string, line?: number) => faults.push({ file, line, what })
    const bytes = root.read(file)
    if (bytes === undefined) {
      if (name === 'passwd' || name === 'shadow' || name === 'group') fault(`${file} is missing`)
      continue
    }
    const rows: string[][] = []
    const text = latin1Text(bytes)
    const isPlain = PLAIN.test(text)
    for (const [index, line] of text.split('\n').entries()) {
      // Comments, and the `+`/`-` lines of NIS (nsswitch "compat").
      if (line === '' || /^[#+-]/.test(line)) continue
      const parts = line.split(':')
      if (parts.length === fields) rows.push(parts)
      else fault(`has ${parts.length} fields instead of ${fields}`, index + 1)
      if (isPlain) continue
      if (CONTROLS.test(line)) fault('holds a control character', index + 1)
      else if (name === 'shadow' && !ASCII.test(line)) fault('is not ASCII', index + 1)
    }
    tables.set(name, rows)
    if (name !== 'subuid' && name !== 'subgid') {
      for (const twice of repeated(rows.map(([first]) => first as string))) fault(`${file} has ${twice} twice`)
    }
  }
  return [...faults, ...ofAccounts(tables.get('passwd') ?? [], tables.get('shadow') ?? [])]
}

function ofAccounts(passwd: readonly string[][], shadow: readonly string[][]): readonly AccountFault[] {
  const shadowed = new Set(shadow.map(([name]) => name))
  const fault = (what: string): AccountFault => ({ file: accountFiles.passwd.path, line: undefined, what })
  const own = passwd.flatMap(([name, password, uid, gid]) => [
    ...(/^\d+$/.test(uid as string) && /^\d+$/.test(gid as string)
      ? []
      : [fault(`${name} has no numeric uid and gid`)]),
    ...(password !== 'x' || shadowed.has(name) ? [] : [fault(`${name} is in /etc/passwd and not in /etc/shadow`)]),
    ...(Number(uid) !== 0 || name === 'root'
      ? []
      : [{ ...fault(`${name} has uid 0 besides root`), isTwin: true as const }]),
  ])
  const isThere = passwd.some(([name, , uid]) => name === 'root' && uid === '0')
  return isThere ? own : [...own, fault('root is not in /etc/passwd')]
}

function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return [...new Set(names.filter((name) => seen.size === seen.add(name).size))]
}
