import { errno } from '../tree/disk.ts'
import { SpaceError, TargetError } from '../tree/tree.ts'
import { TruncatedError } from './bytes.ts'

/** What the user can do something about: the file, not pibake, is in the way. */
const REFUSALS: Record<string, string> = {
  EACCES: 'you may not',
  EISDIR: 'it is a directory',
  ELOOP: 'its links go round in circles',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such directory',
  EPERM: 'you may not',
  EROFS: 'its file system is read-only',
}

/**
 * Runs `call`, and says what went wrong with the file's name before it: what the file refuses, or its end before its
 * stated size, is a TargetError, a full disk a SpaceError, a failing device keeps its code; other errors stay.
 *
 * @param what the operation, e.g. `read`
 */
export function told<T>(path: string, what: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof TruncatedError) throw new TargetError(`${path}: ${error.message}`, { cause: error })
    const code = errno(error)
    // Told already by a call within the call.
    if (code === undefined || !(error instanceof Error) || error.message.startsWith(`${path}: `)) throw error
    const message = `${path}: ${what}: ${REFUSALS[code] ?? error.message.replace(/, \w+(?: '.*)?$/s, '')}`
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new SpaceError(message, { cause: error })
    if (REFUSALS[code] !== undefined) throw new TargetError(message, { cause: error })
    throw Object.assign(new Error(message, { cause: error }), { code })
  }
}
