import { type AccountFileName, accountFiles } from '../formats/account-files.ts'
import { TargetError, type Tree } from '../tree/tree.ts'

/**
 * Refuses account files that cannot be edited safely, with every fault in one message.
 *
 * @throws TargetError
 */
export function assertAccounts(root: Tree): void {
  const faults: string[] = []
  const tables = new Map<AccountFileName, string[][]>()
  for (const name of Object.keys(accountFiles) as AccountFileName[]) {
    const { path, fields } = accountFiles[name]
    const bytes = root.read(path)
    if (bytes === undefined) {
      if (name === 'passwd' || name === 'shadow' || name === 'group') faults.push(`${path} is missing`)
      continue
    }
    const lines = Buffer.from(bytes).toString('latin1').split('\n')
    const rows: string[][] = []
    for (const [number, line] of lines.entries()) {
      // Comments, and the `+`/`-` lines of NIS (nsswitch "compat").
      if (line === '' || /^[#+-]/.test(line)) continue
      const parts = line.split(':')
      if (parts.length === fields) rows.push(parts)
      else faults.push(`${path} line ${number + 1} has ${parts.length} fields instead of ${fields}`)
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
  if (faults.length > 0) {
    throw new TargetError(`${root.label}: the account files are damaged: ${faults.join('; ')}`, {
      hint: 'start from a fresh image, or repair them with vipw and vigr in a chroot',
    })
  }
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))]
}
