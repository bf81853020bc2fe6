import { dirname } from 'node:path'
import { removeAbandoned } from '../../base/disk/temporary.ts'
import { isTar } from '../../storage/tar/tar-name.ts'
import type { PartitionChoice } from '../apply/choose-partitions.ts'
import type { BakeJob, JobContext } from './bake-job.ts'
import { ImageBake } from './image-bake.ts'
import type { ArchiveReading, TarRoute } from './open-tar.ts'
import { OutputSpace } from './output-space.ts'
import { TarBake } from './tar-bake.ts'

/**
 * Opens a base that is to become an output of the same sort. What bakes that were killed left beside it is removed.
 *
 * @param route.boot with archives: that of the boot partition, if it is one of its own
 * @param route.choice with images: which partitions are meant, where there are several systems
 * @param route.reading with archives: how they are read
 * @throws TargetError when the base is damaged or not what its name says, SpaceError, Interrupted
 */
export async function openBakeJob(
  route: TarRoute & {
    readonly boot?: TarRoute
    readonly choice?: PartitionChoice
    readonly reading?: ArchiveReading
  },
  work: Omit<JobContext, 'space'>,
): Promise<BakeJob> {
  const { base, out, boot, choice = {}, reading = {} } = route
  removeAbandoned(dirname(out))
  const space = new OutputSpace(out)
  const working = { ...work, space }
  try {
    if (isTar(base)) return await TarBake.open({ base, out }, boot, reading, working)
    return await ImageBake.open({ base, out, choice }, working)
  } catch (error) {
    throw space.explain(error)
  }
}
