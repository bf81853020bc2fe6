import { finishedDevice } from '../../src/core/access/finished-device.ts'
import { type Proof, proveAccess } from '../../src/core/access/prove-target.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import { WithoutText } from '../../src/core/plan/without-text.ts'
import type { Spec } from '../../src/core/spec-file/spec.ts'
import type { Inventory } from '../../src/device/inspect/inventory.ts'
import { TODAY } from './spec.ts'

/** Who gets in once a plan is carried out. */
export function proved(spec: Spec, inventory: Inventory, plan: Plan): Proof {
  const device = finishedDevice(spec, inventory, plan, TODAY)
  return proveAccess(device, inventory.root, plan, new WithoutText(inventory.root, device.root, plan.operations))
}
