import type { Code } from '../../base/report/codes.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import type { AccountLedger } from '../../device/formats/account-ledger.ts'

/**
 * What is wrong with the number that the spec gives an account or a group. One that is in the image keeps the number that
 * it has: files of the image belong to numbers, not to names.
 */
export function numberProblems(
  ledger: AccountLedger,
  file: 'passwd' | 'group',
  { name, id }: { readonly name: string; readonly id: number | undefined },
  path: SpecPath,
): Problem[] {
  if (id === undefined) return []
  const key = file === 'passwd' ? 'uid' : 'gid'
  const error = (code: Code, message: string, hint: string): Problem[] => {
    return [{ severity: 'error', code, path, message, hint }]
  }
  const before = ledger.get(file, name)?.[2]
  if (before !== undefined) {
    if (Number(before) === id) return []
    const message = `the image has '${name}' with the ${key} ${before}, and its files belong to that number`
    return error('USR028', message, `${key}: ${before}, or leave it out`)
  }
  const owner = ledger.ownerOf(id)
  if (owner === undefined) return []
  return error('USR027', `the number ${id} is not free: ${owner} has it`, `choose another number, or leave out ${key}`)
}
