import { fdatasync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Milliseconds between two syncs: the disk is to have something to do, and each costs the file system a commit. */
const PERIOD = 500

/**
 * Runs `work`, which fills the file `fd` over some seconds, and brings what it has written to the disk meanwhile. The
 * kernel begins by itself only when a tenth of the memory waits or after half a minute (vm.dirty_background_ratio,
 * vm.dirty_expire_centisecs), so that the sync at the end would have nearly all of it before it.
 *
 * @throws what a sync has thrown, for the kernel tells of a lost write once; else what `work` throws
 */
export async function whileWrittenBack<T>(fd: number, work: () => Promise<T>): Promise<T> {
  const over = new AbortController()
  const syncing = syncUntil(over.signal, fd)
  // A failure is met at the end.
  syncing.catch(() => undefined)
  try {
    return await work()
  } finally {
    over.abort()
    // Whoever opened the descriptor closes it next.
    await syncing
  }
}

async function syncUntil(over: AbortSignal, fd: number): Promise<void> {
  while (!over.aborted) {
    // It rejects when it is over.
    await sleep(PERIOD, undefined, { signal: over }).catch(() => undefined)
    if (!over.aborted) await promisify(fdatasync)(fd)
  }
}
