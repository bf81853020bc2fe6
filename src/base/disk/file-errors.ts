import { SpaceError, TargetError, TruncatedError } from '../errors.ts'
import { errno } from './disk.ts'

/** What the user can do something about: the file, not pibake, is in the way. */
const REFUSALS: Record<string, string> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file',
  ENOTDIR: 'no such directory',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
}

/** The same for a path inside a mounted partition, and the cure. */
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
 * Runs `call`, and names the file in what goes wrong: what the file refuses, or its end before its stated size, is a
 * TargetError, a full disk a SpaceError, a failing device keeps its code; other errors stay.
 *
 * @param what the operation, e.g. `read`
 */
export function namingFile<T>(path: string, what: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof TruncatedError) throw new TargetError(`${path}: ${error.message}`, { cause: error })
    const failure = unnamedFailure(error)
    if (failure === undefined) throw error
    const refusal = REFUSALS[failure.code]
    const reason = refusal ?? failure.message.replace(/, \w+(?: '.*)?$/s, '')
    throw named(failure, `cannot ${what} ${path}: ${reason}`, refusal === undefined ? undefined : {})
  }
}

/**
 * A failed system call on a mounted partition, with the path inside it instead of a descriptor's number. What the target
 * refuses is a TargetError, a full partition a SpaceError, a failing device keeps its code; other errors stay.
 *
 * @param what the path, with the operation before it if it is not reading
 */
export function namingEntry(error: unknown, label: string, what: string): unknown {
  const failure = unnamedFailure(error)
  if (failure === undefined) return error
  const hint = HINTS[failure.code]
  const message = `${label}: ${what}: ${failure.message.replace(/, \w+ '.*$/s, '')}`
  return named(failure, message, hint === undefined ? undefined : { hint })
}

type Failure = Error & { readonly code: string }

/** A failed system call that no call within the call has named already; else undefined. */
function unnamedFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || errno(error) === undefined || errno(error.cause) !== undefined) return undefined
  return error as Failure
}

/** @param refusal undefined: it is not the target that refuses */
function named(cause: Failure, message: string, refusal: { readonly hint?: string } | undefined): Error {
  if (isOutOfSpace(cause)) return new SpaceError(message, { cause })
  if (refusal !== undefined) return new TargetError(message, { ...refusal, cause })
  return Object.assign(new Error(message, { cause }), { code: cause.code })
}
