import { SpaceError, TargetError } from '../../base/errors.ts'
import { type Changeable, checkChanges } from '../../core/plan/check-changes.ts'
import type { Change } from '../../core/plan/state.ts'
import type { DirectoryWriter } from '../../storage/tree/directory-writer.ts'
import { assertNoMount } from '../../storage/tree/remove-tree.ts'
import { pathKey } from '../../storage/tree/tree.ts'
import type { Step } from './journal-schema.ts'
import { type Writers, writerFor } from './writers.ts'

/** A step, and the change it comes from. */
export interface Planned {
  readonly step: Step
  readonly change: Change
}

/**
 * Checks that every change can be made, and gives the steps. Nothing is touched.
 *
 * @throws TargetError naming the path: it is not as it was planned, in the way, shared with another name, or its
 *   directory is missing
 * @throws SpaceError when a partition has no room
 */
export function preflight(writers: Writers, changes: readonly Change[]): Planned[] {
  const planned = checkChanges((partition) => changeable(writerFor(writers, partition)), changes).map(
    ({ change, path }) => ({ change, step: stepOf(change, path) }),
  )
  assertAble(planned)
  assertRoom(writers, planned)
  return planned
}

/** A file with a second name would be edited, or kept, elsewhere too; a mount below would be emptied. */
function changeable(writer: DirectoryWriter): Changeable {
  const { tree } = writer
  return {
    tree,
    assertAlone(path, where) {
      const stats = writer.stat(path)
      if (stats === undefined) return
      if (stats.isDirectory()) {
        tree.walk.inParent(path, (directory, name) => assertNoMount(tree.walk, directory, name))
      } else if (stats.nlink > 1) {
        throw new TargetError(`${where} is a hard link: its content has another name as well`)
      }
    },
  }
}

function stepOf({ operation, before }: Change, path: string): Step {
  const common = { partition: operation.partition, path, replaces: before.kind !== 'absent' }
  if (operation.kind === 'remove') return { ...common, action: 'take' }
  if (operation.kind === 'directory' && before.kind === 'directory') {
    const from = { mode: before.mode, owner: { uid: before.uid, gid: before.gid } }
    return { ...common, action: 'meta', from, to: { mode: operation.mode, owner: operation.owner } }
  }
  return { ...common, action: 'put' }
}

/** Only root gives files away; pretending to have done so would leave a key file that sshd refuses. */
function assertAble(planned: readonly Planned[]): void {
  const uid = process.geteuid?.()
  if (uid === 0) return
  const foreign = planned.find(({ change: { operation } }) => {
    if (operation.partition === 'boot' || operation.kind === 'remove') return false
    const owner = operation.kind === 'symlink' ? { uid: 0, gid: 0 } : operation.owner
    return owner.uid !== uid || ![process.getegid?.(), ...(process.getgroups?.() ?? [])].includes(owner.gid)
  })
  if (foreign !== undefined) {
    throw new TargetError(`only root can give ${pathKey(foreign.change.operation)} its owner`, {
      hint: 'run as root; --image FILE works on an image file, --overlay OUT.tar writes the changes to a tar',
    })
  }
}

/** Old and new exist side by side until the end, so everything counts in full; a block for each entry beside it. */
function assertRoom(writers: Writers, planned: readonly Planned[]): void {
  for (const [partition, writer] of Object.entries(writers)) {
    const contents = planned.flatMap(({ step, change: { operation } }) =>
      step.partition === partition && step.action === 'put'
        ? [operation.kind === 'file' ? operation.content.length : 0]
        : [],
    )
    if (contents.length === 0) continue
    const room = writer.room()
    const blocks = contents.reduce((sum, size) => sum + Math.ceil(size / room.block) + 1, 16)
    if (blocks * room.block > room.bytes) {
      throw new SpaceError(`${writer.tree.label}: ${blocks * room.block} bytes are needed, ${room.bytes} are free`)
    }
    if (contents.length + 8 > room.files) {
      throw new SpaceError(`${writer.tree.label}: ${contents.length + 8} inodes are needed, ${room.files} are free`)
    }
  }
}
