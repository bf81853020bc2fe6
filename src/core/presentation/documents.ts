import type { HostKeys } from '../../device/formats/host-key.ts'
import type { Inventory } from '../../device/inspect/inventory.ts'
import type { Target } from '../../storage/tree/tree.ts'
import { showChange, textDiff } from '../plan/diff.ts'
import type { Change } from '../plan/state.ts'

/** The parts that the JSON documents of several commands share. */

/** What the image is. */
export function imageFacts({ other, release, behaviour, variant, architecture, builder, date }: Inventory) {
  return {
    ...(other === undefined ? {} : { other }),
    release,
    behaviour,
    variant,
    architecture,
    builder,
    date: date ?? null,
  }
}

/** One change: path, action, what of it, the diff of text, and the spec line behind it. */
export function changeFacts(target: Target, change: Change) {
  const { key, action, details } = showChange(change)
  return { path: key, action, details, diff: textDiff(target, change) ?? null, origin: change.operation.origin }
}

/** The public halves of the host keys that are made already. */
export function hostKeyFacts(keys: HostKeys) {
  return Object.values(keys).map(({ publicKey: { type, bits, fingerprint, blob } }) => {
    return { type, bits, fingerprint, publicKey: `${type} ${blob}` }
  })
}
