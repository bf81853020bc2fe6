import { accountFaults, accountFaultText } from '../../../device/inspect/account-check.ts'
import type { Auditor } from '../finding.ts'

/** Account files that programs read differently, or that cannot be edited; of a second root the proof speaks. */
export const accounts: Auditor = ({ device: { root } }) =>
  accountFaults(root)
    .filter(({ isTwin }) => isTwin !== true)
    .map((fault) => {
      const { file, line, what } = fault
      return { rule: 'damaged-accounts', subject: what, at: { file, line }, because: accountFaultText(fault) } as const
    })
