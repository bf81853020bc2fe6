import { errno } from './disk.ts'
import { SpaceError, TargetError } from './tree.ts'

const HINTS: Record<string, string> = {
  EACCES: 'run as root: on a mounted card some files are for root alone to read',
  EPERM: 'run as root; --overlay OUT.tar writes nothing to the target',
  EROFS: 'the partition is mounted read-only: mount it read-write',
  EXDEV: 'overlayfs moves no directory of its lower layer: mount it with redirect_dir=on, or work on a plain copy',
  ENAMETOOLONG: 'the file system takes shorter names only',
}

/** Whether a system call failed because a file system or a quota is full. */
export function isOutOfSpace(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errno(error) ?? '')
}

/**
 * A failed system call, told with the path inside the partition instead of a descriptor's number. What the target
 * refuses is a TargetError, a full partition a SpaceError, a failing device keeps its code; other errors stay.
 *
 * @param what the path, with the operation before it if it is not reading
 */
export function explained(error: unknown, label: string, what: string): unknown {
  const code = errno(error)
  // Told already by a call within the call.
  if (code === undefined || !(error instanceof Error) || error.message.startsWith(`${label}: `)) return error
  const message = `${label}: ${what}: ${error.message.replace(/, \w+ '.*$/s, '')}`
  if (isOutOfSpace(error)) return new SpaceError(message, { cause: error })
  const hint = HINTS[code]
  if (hint !== undefined) return new TargetError(message, { hint, cause: error })
  return Object.assign(new Error(message, { cause: error }), { code })
}
