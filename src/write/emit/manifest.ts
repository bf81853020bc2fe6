import { digestOf } from '../../base/digest.ts'
import { bytewise } from '../../base/order.ts'
import type { Origin } from '../../base/report/origin.ts'
import { positionText } from '../../base/report/report.ts'
import type { Operation } from '../../core/plan/operation.ts'
import type { Change } from '../../core/plan/state.ts'
import { pathKey } from '../../storage/tree/tree.ts'
import type { Manifest, ManifestEntry } from './manifest-schema.ts'

/** What a manifest says beside the changes. */
export type ManifestFacts = Pick<Manifest, 'version' | 'planDigest' | 'specDigest' | 'epoch' | 'image'>

/**
 * What was written and removed, and the spec line behind each. Of files with a secret no digest: a short secret could be
 * guessed from it. The spec is named without its folder, so that the same work gives the same manifest anywhere.
 */
export function manifestOf(changes: readonly Change[], facts: ManifestFacts): Manifest {
  const { version, planDigest, specDigest, epoch, image } = facts
  const paths = changes
    .map((change) => ({ key: pathKey(change.operation), entries: entryOf(change) }))
    .sort((a, b) => bytewise(a.key, b.key))
    .flatMap(({ entries }) => entries)
  return { schema: 'pibake.manifest/1', version, planDigest, specDigest, epoch, image, paths }
}

/** None where nothing was there to remove. */
function entryOf({ operation, before }: Change): ManifestEntry[] {
  const { partition, path } = operation
  const place = { partition, path }
  const origin = originOf(operation.origin)
  switch (operation.kind) {
    case 'file': {
      const secret = operation.secret === true
      const sha256 = secret ? null : digestOf(operation.content).replace(/^sha256:/, '')
      return [{ ...place, action: 'written', kind: 'file', ...metaOf(operation), secret, sha256, origin }]
    }
    case 'directory':
      return [{ ...place, action: 'written', kind: 'directory', ...metaOf(operation), origin }]
    case 'symlink':
      return [{ ...place, action: 'written', kind: 'symlink', target: operation.target, origin }]
    case 'remove':
      return before.kind === 'absent'
        ? []
        : [{ ...place, action: 'removed', kind: 'nothing', was: before.kind, origin }]
  }
}

function metaOf({ partition, mode, owner: { uid, gid } }: Extract<Operation, { kind: 'file' | 'directory' }>) {
  return partition === 'boot' ? {} : { mode: `0${mode.toString(8).padStart(3, '0')}`, owner: { uid, gid } }
}

function originOf({ key, position, default: profile, because }: Origin) {
  const place = position && positionText({ ...position, file: position.file.replace(/^.*[/\\]/s, '') })
  return { key, position: place, default: profile, because }
}
