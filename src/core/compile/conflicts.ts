import { bytewise } from '../../base/order.ts'
import type { Problem } from '../../base/report/report.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import { pathKey } from '../../storage/tree/tree.ts'
import { isSameResult } from '../plan/digest.ts'
import type { Operation } from '../plan/operation.ts'
import type { PackageRequest } from '../plan/request.ts'

/** Two controls that want one path are a contradiction, unless they want the very same. */
export function onePerPath(
  inventory: Inventory,
  gathered: readonly Operation[],
): { operations: Operation[]; problems: Problem[] } {
  const byPath = new Map<string, Operation>()
  const problems: Problem[] = []
  for (const operation of gathered) {
    const key = realKey(inventory, operation)
    const other = byPath.get(key)
    if (other === undefined) byPath.set(key, operation)
    else if (!isSameResult(other, operation)) {
      problems.push({
        severity: 'error',
        code: 'FIL001',
        path: operation.origin.path,
        message: `${key} is written for ${other.origin.key || 'the device'} already`,
        hint: `${other.origin.because}; ${operation.origin.because}`,
      })
    }
  }
  return { operations: [...byPath.values()], problems }
}

/** `/lib/x` and `/usr/lib/x` are one path where `/lib` is a link. */
function realKey(inventory: Inventory, { partition, path }: Operation): string {
  const slash = path.lastIndexOf('/')
  const parent = inventory[partition]?.resolve(path.slice(0, slash) || '/') ?? ''
  return pathKey({ partition, path: `${parent === '/' ? '' : parent}${path.slice(slash)}` })
}

/** One request a package; one that is needed and to be removed at once is a contradiction in the spec. */
export function onePerPackage(requests: readonly PackageRequest[]): {
  packages: PackageRequest[]
  clashes: Problem[]
} {
  const byName = new Map<string, PackageRequest>()
  const clashes: Problem[] = []
  for (const request of requests) {
    const other = byName.get(request.name)
    if (other === undefined) byName.set(request.name, request)
    else if (other.action !== request.action) {
      const [wanted, unwanted] = request.action === 'install' ? [request, other] : [other, request]
      clashes.push({
        severity: 'error',
        code: 'PKG003',
        path: unwanted.origin.path,
        message: `${request.name} is to be removed, and ${wanted.origin.key} needs it`,
        hint: wanted.origin.because,
      })
    }
  }
  return { packages: [...byName.values()].sort((a, b) => bytewise(a.name, b.name)), clashes }
}
