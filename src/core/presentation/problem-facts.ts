import { inOrder } from '../../base/report/print.ts'
import { keyOf, type Locate, type Problem } from '../../base/report/report.ts'

/** Problems with their places, as `check`, `plan` and a refusal list them. */
export function problemFacts(problems: readonly Problem[], locate: Locate) {
  return inOrder(problems, locate).map(({ severity, code, path, message, hint, lockout, position }) => ({
    severity,
    code,
    key: keyOf(path),
    ...position,
    message,
    ...(hint === undefined ? {} : { hint }),
    lockout: lockout ?? false,
  }))
}
