import { SpaceError } from '../../base/errors.ts'
import { sizeText } from '../../core/carried/bundle.ts'

/**
 * Files of the origin's private file system (fs.spec.whatwg.org): what does not fit into memory. Nothing tells a page when a
 * download has ended, so a file stays as long as its page does, and the next page that starts removes what others left.
 */

const PREFIX = 'pibake-'

/** A file that is written from its start to its end. */
export interface ScratchFile {
  write(bytes: Uint8Array): void
  /** Its content, to be read. */
  finish(): Promise<Blob>
  /** To be called in any case; after {@link ScratchFile.finish} it does nothing. */
  close(): void
}

/**
 * A file of the private file system; where there is none (Chromium has none for a page that was opened from the disk), a
 * Blob, which a browser keeps on its disk when it is large.
 */
export async function scratchFile(): Promise<ScratchFile> {
  return (await privateFile()) ?? inBlobs()
}

/**
 * Looks whether the browser has room for a file of the private file system.
 *
 * @param about what is to be unpacked, for the message
 * @throws SpaceError when it has not
 */
export async function assertRoom(bytes: number, about: string): Promise<void> {
  if ((await privateDirectory()) === undefined) return
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = await navigator.storage.estimate()
  const free = Math.max(0, quota - usage)
  if (bytes <= free) return
  throw new SpaceError(
    `${about}: unpacked it takes ${sizeText(bytes)}, and the browser has ${sizeText(free)} for this page`,
    { hint: 'free space on the disk, or unpack it yourself: an .img is read where it is' },
  )
}

/** Undefined: this browser gives this page no private files. */
export async function privateFile(): Promise<ScratchFile | undefined> {
  const directory = await privateDirectory()
  if (directory === undefined) return undefined
  const name = `${PREFIX}${crypto.randomUUID()}`
  await held(name)
  const handle = await directory.getFileHandle(name, { create: true })
  const access = await handle.createSyncAccessHandle()
  let [size, isOpen] = [0, true]
  const close = () => {
    if (isOpen) access.close()
    isOpen = false
  }
  return {
    write(bytes) {
      for (let done = 0; done < bytes.length; ) done += access.write(bytes.subarray(done), { at: size + done })
      size += bytes.length
    },
    async finish() {
      access.flush()
      close()
      return handle.getFile()
    },
    close,
  }
}

function inBlobs(): ScratchFile {
  const parts: Blob[] = []
  // The bytes are lent: a Blob is a copy.
  return {
    write: (bytes) => parts.push(new Blob([new Uint8Array(bytes)])),
    finish: async () => new Blob(parts),
    close() {},
  }
}

/** Removes the files of pages that are gone. */
export async function removeAbandoned(): Promise<void> {
  const directory = await privateDirectory()
  if (directory === undefined) return
  const names: string[] = []
  for await (const name of directory.keys()) if (name.startsWith(PREFIX)) names.push(name)
  for (const name of names) {
    await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await directory.removeEntry(name)
    })
  }
}

async function privateDirectory(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await navigator.storage.getDirectory()
  } catch {
    return undefined
  }
}

/** Takes a lock that this worker has until it ends. */
function held(name: string): Promise<void> {
  return new Promise((taken, failed) => {
    navigator.locks
      .request(name, () => {
        taken()
        return new Promise(() => undefined)
      })
      .catch(failed)
  })
}
