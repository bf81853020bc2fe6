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

/**
 * Refuses account files that cannot be edited safely, with their faults in one message.
 *
 * @throws TargetError
 */
export function assertAccounts(root: Tree): void {
  const faults = accountFaults(root)
  if (faults.length === 0) return
  const more = faults.length > SHOWN ? `; and ${faults.length - SHOWN} more` : ''
  throw new TargetError(`${root.label}: the account files are damaged: ${faults.slice(0, SHOWN).join('; ')}${more}`, {
    hint: 'start from a fresh image, or repair them with vipw and vigr in a chroot',
  })
}

/** What is wrong with the account files: lines that are not one, accounts that are there twice or half. */
export function accountFaults(root: Tree): readonly string[] {
  const faults: string[] = []
  const tables = new Map<AccountFileName, string[][]>()
  for (const name of Object.keys(accountFiles) as AccountFileName[]) {
    const { path, fields } = accountFiles[name]
    const bytes = root.read(path)
    if (bytes === undefined) {
      if (name === 'passwd' || name === 'shadow' || name === 'group') faults.push(`${path} is missing`)
      continue
    }
    const lines = latin1Text(bytes).split('\n')
    const rows: string[][] = []
    for (const [number, line] of lines.entries()) {
      // Comments, and the `+`/`-` lines of NIS (nsswitch "compat").
      if (line === '' || /^[#+-]/.test(line)) continue
      const parts = line.split(':')
      if (parts.length === fields) rows.push(parts)
      else faults.push(`${path} line ${number + 1} has ${parts.length} fields instead of ${fields}`)
      if (CONTROLS.test(line)) faults.push(`${path} line ${number + 1} holds a control character`)
      else if (name === 'shadow' && !ASCII.test(line)) faults.push(`${path} line ${number + 1} is not ASCII`)
    }
    tables.set(name, rows)
    if (name !== 'subuid' && name !== 'subgid') {
      for (const twice of repeated(rows.map(([first]) => first as string))) faults.push(`${path} has ${twice} twice`)
    }
  }
  const passwd = tables.get('passwd') ?? []
  const shadowed = new Set((tables.get('shadow') ?? []).map(([name]) => name))
  for (const [name, password, uid, gid] of passwd) {
    if (!/^\d+$/.test(uid as string) || !/^\d+$/.test(gid as string)) faults.push(`${name} has no numeric uid and gid`)
    if (password === 'x' && !shadowed.has(name)) faults.push(`${name} is in /etc/passwd and not in /etc/shadow`)
    if (Number(uid) === 0 && name !== 'root') faults.push(`${name} has uid 0 besides root`)
  }
  if (!passwd.some(([name, , uid]) => name === 'root' && uid === '0')) faults.push('root is not in /etc/passwd')
  return faults
}

function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return [...new Set(names.filter((name) => seen.size === seen.add(name).size))]
}
