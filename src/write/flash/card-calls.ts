import { closeSync, constants, fstatSync, fsync, openSync, read, write } from 'node:fs'
import { promisify } from 'node:util'

/**
 * The calls by which a card is written and read: nothing else touches one. A test lets any of them fail. Names and results are those
 * of the system calls: a write and a read may do less than they are asked for.
 */
export interface CardCalls {
  /** Opens the device to be written, held exclusively: EBUSY while anything of it is mounted or used by the kernel (open(2), O_EXCL). */
  openExclusively(path: string): number
  /**
   * Opens it to be read past this machine's cache (open(2), O_DIRECT): what is read comes from the card, and not from the
   * memory that was written to. Dropping the cache by BLKFLSBUF would need a call that Node has not, posix_fadvise(2) is a
   * wish only.
   */
  openDirectly(path: string): number
  /** `st_rdev` of the open device. */
  numberOf(file: number): number
  write(file: number, bytes: Uint8Array, position: number): Promise<number>
  /** @param into memory that begins at a page, of a length that the device's blocks divide */
  read(file: number, into: Uint8Array, position: number): Promise<number>
  sync(file: number): Promise<void>
  close(file: number): void
}

const [writeAt, readAt, syncAll] = [promisify(write), promisify(read), promisify(fsync)]

/** The machine's own. */
export const realCalls: CardCalls = {
  openExclusively: (path) => openSync(path, constants.O_RDWR | constants.O_EXCL | constants.O_NOFOLLOW),
  openDirectly: (path) => openSync(path, constants.O_RDONLY | constants.O_DIRECT | constants.O_NOFOLLOW),
  numberOf: (file) => fstatSync(file).rdev,
  write: async (file, bytes, position) => (await writeAt(file, bytes, 0, bytes.length, position)).bytesWritten,
  read: async (file, into, position) => (await readAt(file, into, 0, into.length, position)).bytesRead,
  sync: syncAll,
  close: closeSync,
}
