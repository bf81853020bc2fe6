import type { Context, Contribution, PackageRequest } from './control.ts'

/** On the device: the digest of the plan that the first start has to finish. */
export const PLAN_FILE = '/etc/pibake/plan'

/** What the first start must do; compiled last, for it carries what the other controls ask for. */
export function compileFirstBoot(_context: Context, _merged: { packages: readonly PackageRequest[] }): Contribution {
  return {}
}
