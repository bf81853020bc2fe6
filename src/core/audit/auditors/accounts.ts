import { accountFaults } from '../../../device/inspect/account-check.ts'
import type { Auditor } from '../finding.ts'

/** Account files that programs read differently, or that cannot be edited. */
export const accounts: Auditor = ({ device: { root } }) =>
  accountFaults(root)
    // The proof has seen it.
    .filter((fault) => !fault.endsWith('has uid 0 besides root'))
    .map((fault) => {
      const file = /\/etc\/\w+/.exec(fault)?.[0] ?? '/etc/passwd'
      return { rule: 'damaged-accounts' as const, subject: fault, at: { file, line: undefined }, because: fault }
    })
