import { fdatasync } from 'node:fs'
import { promisify } from 'node:util'

/** Milliseconds from one sync to the next: the disk is to have something to do, and each costs the file system a commit. */
const PERIOD = 500

const sync = promisify(fdatasync)

/**
 * Runs `work`, which fills the file `fd` over some seconds, and brings what it has written to the disk meanwhile. The
 * kernel begins by itself only when a tenth of the memory waits or after half a minute (vm.dirty_background_ratio,
 * vm.dirty_expire_centisecs), so that the sync at the end would have nearly all of it before it.
 *
 * @throws what `work` throws; else what a sync has thrown, for the kernel tells of a lost write once
 */
export async function whileWrittenBack<T>(fd: number, work: () => Promise<T>): Promise<T> {
  const failures: unknown[] = []
  let pending: Promise<void> | undefined
  const timer = setInterval(() => {
    pending ??= sync(fd)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        pending = undefined
      })
  }, PERIOD)
  const settled = async () => {
    clearInterval(timer)
    await pending
  }
  try {
    const result = await work()
    await settled()
    if (failures.length > 0) throw failures[0]
    return result
  } finally {
    // A descriptor that is synced must not be closed.
    await settled()
  }
}
