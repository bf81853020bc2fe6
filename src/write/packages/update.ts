import { TargetError } from '../../base/errors.ts'
import { PackageError, WITHOUT } from './errors.ts'
import type { PrivateRoot } from './private-root.ts'
import { aptErrors, runApt } from './run-apt.ts'

const UNTRUSTED =
  /is not signed|NO_PUBKEY|signatures? (?:was|were|could)|EXPKEYSIG|BADSIG|REVKEYSIG|Clearsigned file|no longer signed/i
const EXPIRED = /is not valid yet|Release file .* is expired|is expired \(invalid since/i

/**
 * Reads the package lists of the private root's sources; apt verifies their signatures with the image's keys.
 *
 * @throws TargetError for an archive whose signature is missing or wrong
 * @throws PackageError when an archive cannot be reached, or says something else than it should
 */
export async function updateLists(root: PrivateRoot, env: NodeJS.ProcessEnv): Promise<void> {
  const done = await runApt(root, env, ['apt-get', '-q', 'update'])
  if (done.ok) return
  const errors = aptErrors(done)
  if (UNTRUSTED.test(done.stderr)) {
    throw new TargetError(`a source of the image is not signed, or not with a key of the image: ${errors}`, {
      hint: `packages are carried from signed sources only; ${WITHOUT}`,
    })
  }
  if (EXPIRED.test(done.stderr)) {
    throw new PackageError(`an archive is out of date, or this machine's clock is wrong: ${errors}`, {
      isTemporary: true,
    })
  }
  throw new PackageError(`the package lists cannot be read: ${errors}`, {
    hint: `is there a network? A lock and its packages in the cache need none; ${WITHOUT}`,
    isTemporary: true,
  })
}
